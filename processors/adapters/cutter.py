"""Cuts by ffmpeg, stream copy: reads the inputs again, cuts, proves, hashes, syncs.

Inputs are read again right before the cut because a recorder deletes and grows files while we
wait; what has changed since the plan is a `FootageError`, never a shorter clip.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar, TypeVarTuple, Unpack

from processors.adapters import ffmpeg
from processors.adapters.chapter_mark import mark_chapters
from processors.adapters.cutter_pool import CutterPool
from processors.adapters.digest import Digest
from processors.adapters.disk_errors import output_errors
from processors.adapters.durable import synced
from processors.adapters.finish import prove_file, remove, result_of
from processors.adapters.footage_hold import locate
from processors.adapters.inputs import read_inputs
from processors.cutting.concat import copy_argv, ffconcat, listing
from processors.cutting.plan import CutPlan, CutResult
from processors.cutting.reel import Reel, lay_reel
from processors.cutting.told import chapters
from processors.errors import CutError
from processors.mp4.codecs import COPIED_SOUND
from schemas.clip import Method
from schemas.clip_settings import Checksum
from schemas.incident import Precision

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


@dataclass(frozen=True, slots=True)
class FfmpegCutter:
    """The `Cutter` port by spawned ffmpeg."""

    ffmpeg: ffmpeg.Ffmpeg
    footage: Path
    """Root of the recordings."""
    timeout: float
    """Seconds that ffmpeg may take."""
    held: Path | None = None
    """Where files are that the recorder has deleted since."""
    checksum: Checksum = Checksum.SHA256
    """What is computed of the clip while it is proven."""
    durable: bool = True
    """Whether the clip is on disk when it is called done."""
    played: bool = True
    """Whether what no browser plays may not be copied."""
    pool: CutterPool | None = None
    """Where inputs are read and clips proven; None is here, in threads."""

    async def cut(self, plan: CutPlan, target: Path) -> CutResult:
        """Writes `target` and proves it; leaves nothing behind where it raises.

        Raises `FootageError` (an input is not what was planned), `CutError` or `StoreError`.
        """
        if plan.precision is Precision.EXACT:
            raise CutError("ffmpeg copies whole segments only")
        there = replace(self, pool=None)
        listed = target.with_name(target.name + ".ffconcat")
        try:
            reel = await self._do(there.prepare, plan, listed)
            argv = copy_argv(self.ffmpeg.path, plan, reel, str(listed), str(target))
            await ffmpeg.run([*self.ffmpeg.launcher, *argv], self.timeout, [target])
            return await self._do(there.finish, plan, reel, target)
        except BaseException:
            remove(target)
            raise
        finally:
            remove(listed)

    async def _do(self, work: Callable[[Unpack[Ts]], T], *args: *Ts) -> T:
        if self.pool is None:
            return await asyncio.to_thread(work, *args)
        return await self.pool.run(work, *args, seconds=self.timeout)

    def prepare(self, plan: CutPlan, listed: Path) -> Reel:
        """Reads the inputs and writes down, for ffmpeg, how they follow one another. Blocking."""
        movies = read_inputs(self.footage, plan, self.held, played=self.played)
        reel = lay_reel(plan, movies)
        files = [
            replace(file, path=locate(self.footage, self.held, piece.segment.path).absolute())
            for file, piece in zip(
                listing(plan, movies, reel, self.footage), plan.pieces, strict=True
            )
        ]
        with output_errors("the list of files could not be written"):
            listed.write_text(ffconcat(files), encoding="utf-8")
        return reel

    def finish(self, plan: CutPlan, reel: Reel, target: Path) -> CutResult:
        """Marks, syncs and proves what ffmpeg wrote. Blocking."""
        mark_chapters(target, chapters(plan, reel))
        with (
            output_errors("the clip could not be finished"),
            target.open("r+b") as file,
            Digest(self.checksum) as digest,
        ):
            digest.read(file.fileno())
            copied = reel.audio is None or reel.audio.track.format in COPIED_SOUND
            with synced(file.fileno(), wanted=self.durable):
                proof = prove_file(reel, file.fileno(), sound_copied=copied)
            sums = digest.finish()
        return result_of(reel, proof, method=Method.COPY, precision=Precision.SEGMENTS, sums=sums)
