"""Cuts what cannot be cut as it is: each file becomes an MP4 file of one common form, then these
are cut like any others.

Containers other than MP4 are copied frame by frame. What differs in codec, size or tracks, or what
no browser plays, is encoded, if this rung may; then only what the window shows, so such a clip is
exact. Each file is proven against the recording before it is used, and the clip against the files
after; an encoded clip is decoded as well.
"""

import asyncio
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from processors.adapters import ffmpeg
from processors.adapters.decoder import decode
from processors.adapters.disk_errors import output_errors
from processors.adapters.finish import remove
from processors.adapters.held_reader import HeldReader, read_made
from processors.cutting.conform_args import Task, conform_argv
from processors.cutting.conformed import (
    conformed_piece,
    conformed_plan,
    prove_conformed,
    sound_of,
    trimmed,
)
from processors.cutting.form import Form, common_form
from processors.cutting.held import HeldFile
from processors.cutting.plan import CutPlan, CutResult, Piece
from processors.errors import CutError, CutTimeoutError, InputError
from processors.mp4.signature import signature
from processors.ports import Cutter
from schemas.clip import Method
from schemas.incident import Precision
from schemas.instant import NANOS

Chosen = tuple[Piece, Task]

_AT_ONCE = 8
"""Files that one ffmpeg copies; one that encodes takes one file, for the memory's sake."""
_LONG = 60 * NANOS
"""Of longer files that are encoded, not every frame is looked into before."""


@dataclass(frozen=True, slots=True)
class ConformingCutter:
    """The `Cutter` port for what the others refuse."""

    ffmpeg: ffmpeg.Ffmpeg
    reader: HeldReader
    inner: Callable[[Path], Cutter]
    """Makes the cutter of the conformed files, which lie below its argument."""
    timeout: float
    """Seconds that one ffmpeg may take."""
    encode: bool
    """Whether pictures are encoded; else they are copied, or refused."""
    played: bool = True
    """Whether what no browser plays may not be copied."""

    async def cut(self, plan: CutPlan, target: Path) -> CutResult:
        """Writes `target` and proves it; leaves nothing behind where it raises.

        Raises `FootageError` (an input is not what was planned), `CutError` or `StoreError`.
        """
        held = await asyncio.to_thread(self._read, plan)
        form = common_form(held, encode=self.encode, played=self.played)
        if not self.encode:
            held = await asyncio.to_thread(self._look, plan, held)
        folder = target.with_name(target.name + ".pieces")
        with output_errors("the folder for the pieces could not be made"):
            folder.mkdir()
        try:
            chosen = _tasks(plan, held, form, self.reader.root.absolute(), folder)
            if self.encode:
                pieces = await self._encode(chosen, form)
                cut = await self._cut_encoded(conformed_plan(plan, pieces), folder, target)
            else:
                conformed = conformed_plan(plan, await self._copy(chosen, form))
                cut = replace(await self.inner(folder).cut(conformed, target), method=Method.COPY)
            return replace(cut, sound=sound_of([task for _, task in chosen], form, cut.sound))
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _read(self, plan: CutPlan) -> list[HeldFile]:
        return [
            self.reader.read(
                piece, look=self.encode and piece.span.length < _LONG
            ).with_placed_sound()
            for piece in plan.pieces
        ]

    def _look(self, plan: CutPlan, held: list[HeldFile]) -> list[HeldFile]:
        return [
            file
            if file.video.digests
            else replace(self.reader.read(piece, look=True), audio=file.audio)
            for piece, file in zip(plan.pieces, held, strict=True)
        ]

    async def _copy(self, chosen: list[Chosen], form: Form) -> list[Piece]:
        step = _AT_ONCE if form.channels is None else 1
        for at in range(0, len(chosen), step):
            await self._run_all(chosen[at : at + step], form)
        return [await asyncio.to_thread(_prove, piece, task, form) for piece, task in chosen]

    async def _run_all(self, chosen: list[Chosen], form: Form) -> None:
        """All at once; where that fails, one after the other, to know which one is at fault."""
        try:
            await self._run([task for _, task in chosen], form)
        except CutTimeoutError:
            raise
        except CutError:
            if len(chosen) == 1:
                raise
            for piece, task in chosen:
                try:
                    await self._run([task], form)
                except CutTimeoutError:
                    raise
                except CutError as exc:
                    raise InputError(piece.segment.path, f"cannot be copied: {exc}") from exc

    async def _encode(self, chosen: list[Chosen], form: Form) -> list[Piece]:
        """One file after the other. One that fails where others do not is at fault itself."""
        made: list[Piece] = []
        failed: InputError | None = None
        for piece, task in chosen:
            try:
                await self._run([task], form)
                made.append(await asyncio.to_thread(_prove, piece, task, form))
            except CutTimeoutError:
                raise
            except CutError as exc:
                failed = failed or InputError(piece.segment.path, f"cannot be encoded: {exc}")
        if failed is not None:
            raise failed if made else CutError(str(failed))
        return made

    async def _run(self, tasks: list[Task], form: Form) -> None:
        argv = conform_argv(self.ffmpeg.path, tasks, form)
        made = [task.target for task in tasks]
        await ffmpeg.run([*self.ffmpeg.launcher, *argv], self.timeout, made)

    async def _cut_encoded(self, conformed: CutPlan, folder: Path, target: Path) -> CutResult:
        whole = replace(conformed, precision=Precision.SEGMENTS)
        result = await self.inner(folder).cut(whole, target)
        began = time.monotonic_ns()
        try:
            await decode(self.ffmpeg, target, result.frames, self.timeout)
        except BaseException:
            remove(target)
            raise
        verified = result.verified + time.monotonic_ns() - began
        return replace(
            result, method=Method.TRANSCODE, precision=Precision.EXACT, verified=verified
        )


def _tasks(
    plan: CutPlan, held: list[HeldFile], form: Form, root: Path, folder: Path
) -> list[Chosen]:
    """What to make of each piece. Of pictures to encode only what the window shows."""
    chosen = [
        (piece, Task(root / piece.segment.path, piece.segment.size, file, folder / f"{i}.mp4"))
        for i, (piece, file) in enumerate(zip(plan.pieces, held, strict=True))
    ]
    return trimmed(chosen, plan.window) if form.size else chosen


def _prove(piece: Piece, task: Task, form: Form) -> Piece:
    with output_errors("a piece could not be read again"):
        made, movie = read_made(Path(task.target))
    prove_conformed(task, made, form)
    return conformed_piece(piece, task, made, movie.whole, signature(movie.tracks))
