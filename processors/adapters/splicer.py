"""Cuts by sharing blocks or copying bytes: the fast lane, in process and exact.

The inputs stay open from reading their tables to copying their bytes, so nothing can be swapped in
between. The file is reserved whole before the first byte is copied: a full disk says so at once.
"""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from pathlib import Path
from threading import Event

from processors.adapters.cloner import clone, image
from processors.adapters.digest import Digest, Sums
from processors.adapters.disk_errors import output_errors
from processors.adapters.durable import hasten, synced
from processors.adapters.finish import prove_file, remove, result_of
from processors.adapters.inputs import Input, open_inputs
from processors.cutting.exact import lay_exact
from processors.cutting.plan import CutPlan, CutResult
from processors.cutting.reel import Reel, lay_reel
from processors.cutting.splice import Splice, splice, spliceable
from processors.cutting.verify import Proof
from processors.errors import CutError, CutTimeoutError
from schemas.clip import Method
from schemas.clip_settings import Checksum
from schemas.incident import Precision

_PIECE = 1 << 20
"""Bytes that are read, hashed and written at once."""


@dataclass(frozen=True, slots=True)
class Splicer:
    """The `Cutter` port by sharing blocks with the recordings, or copying their bytes."""

    footage: Path
    """Root of the recordings."""
    timeout: float
    """Seconds that a cut may take."""
    held: Path | None = None
    """Where files are that the recorder has deleted since."""
    checksum: Checksum = Checksum.SHA256
    """What is computed of the clip while it is written."""
    durable: bool = True
    """Whether the clip is on disk when it is called done."""
    played: bool = True
    """Whether what no browser plays may not be copied."""

    async def cut(self, plan: CutPlan, target: Path) -> CutResult:
        """Writes `target` and proves it; leaves nothing behind where it raises.

        Raises `FootageError` (an input is not what was planned), `CutError` or `StoreError`.
        """
        stop = Event()
        try:
            async with asyncio.timeout(self.timeout):
                return await asyncio.to_thread(self.cut_now, plan, target, stop)
        except TimeoutError:
            raise CutTimeoutError(f"splicing was stopped after {self.timeout:g} s") from None
        finally:
            # The thread goes on for a moment, and takes away what it wrote.
            stop.set()

    def cut_now(self, plan: CutPlan, target: Path, stop: Event | None = None) -> CutResult:
        """As `cut`, blocking and as long as it takes; gives up soon after `stop` is set."""
        with open_inputs(self.footage, plan, self.held, played=self.played) as inputs:
            movies = [found.movie for found in inputs]
            if (why := spliceable(movies)) is not None:
                raise CutError(why)
            exact = plan.precision is Precision.EXACT
            reel = lay_exact(plan, movies) if exact else lay_reel(plan, movies)
            with output_errors("the clip could not be written"):
                file = os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
                try:
                    method, proof, sums = self._make(file, plan, reel, inputs, stop)
                except BaseException:
                    remove(target)
                    raise
                finally:
                    os.close(file)
        return result_of(reel, proof, method=method, precision=plan.precision, sums=sums)

    def _make(
        self, file: int, plan: CutPlan, reel: Reel, inputs: list[Input], stop: Event | None
    ) -> tuple[Method, Proof, Sums]:
        """By sharing blocks where that is possible, else by copying."""
        with Digest(self.checksum) as digest:
            cloned = clone(file, plan, reel, inputs)
            if cloned:
                method, windows = Method.CLONE, partial(image, cloned, inputs, digest, stop)
            else:
                method, windows = Method.SPLICE, None
                write(file, splice(plan, reel), inputs, digest, stop, durable=self.durable)
            with synced(file, wanted=self.durable):
                proof = prove_file(reel, file, windows=windows)
            return method, proof, digest.finish()


def write(
    file: int,
    spliced: Splice,
    inputs: list[Input],
    digest: Digest,
    stop: Event | None = None,
    *,
    durable: bool = False,
) -> None:
    """Reserves the file, then copies into it; if it is to be `durable`, the disk works beside."""
    os.posix_fallocate(file, 0, spliced.size)
    begun = written = 0
    for piece in _pieces(spliced, inputs, spaces=2 if digest.wanted else 1):
        if stop is not None and stop.is_set():
            raise CutError("splicing was stopped")
        digest.update(piece)
        _write_all(file, piece)
        written += len(piece)
        if durable:
            begun = hasten(file, begun, written)


def _pieces(spliced: Splice, inputs: list[Input], spaces: int) -> Iterator[memoryview]:
    """The file's bytes in order, many runs at a time; each is valid until `spaces` more are asked for.

    No more spaces than needed: what fits into the processor's cache is copied faster.
    """
    yield memoryview(spliced.head)
    turns = cycle([memoryview(bytearray(_PIECE)) for _ in range(spaces)])
    space, filled = next(turns), 0
    for source, start, length in spliced.runs:
        at, end = start, start + length
        while at < end:
            part = space[filled : filled + end - at]
            inputs[source].fill(part, at)
            at += len(part)
            filled += len(part)
            if filled == _PIECE:
                yield space
                space, filled = next(turns), 0
    yield space[:filled]


def _write_all(file: int, data: memoryview) -> None:
    while data:
        data = data[os.write(file, data) :]
