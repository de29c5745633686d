"""What every way of cutting ends with: the proof of the file that it wrote, and what it is."""

import contextlib
import mmap
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from processors.adapters.digest import Sums
from processors.cutting.plan import CutResult
from processors.cutting.reel import Reel
from processors.cutting.verify import Proof, prove
from processors.errors import ProofError
from processors.mp4.movie import Movie
from processors.mp4.reader import read_movie
from processors.mp4.windows import Window
from schemas.clip import Method
from schemas.incident import Precision


def prove_file(
    reel: Reel,
    descriptor: int,
    *,
    sound_copied: bool = True,
    windows: Callable[[Movie], Iterable[Window]] | None = None,
) -> Proof:
    """The proof of an open file of ours; raises `ProofError` where it is not `reel`.

    `windows`: as for `prove`, where the file's own bytes are not in memory.
    """
    began = time.monotonic_ns()
    if not os.fstat(descriptor).st_size:
        raise ProofError("the clip is empty")
    with (
        mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) as mapped,
        memoryview(mapped) as data,
    ):
        movie = read_movie(data, len(data))
        seen = windows(movie) if windows else None
        proof = prove(reel, movie, data, sound_copied=sound_copied, windows=seen)
    return replace(proof, took=time.monotonic_ns() - began)


def result_of(
    reel: Reel,
    proof: Proof,
    *,
    method: Method,
    precision: Precision,
    sums: Sums,
) -> CutResult:
    """What a proven clip of `reel` is."""
    return CutResult(
        method=method,
        precision=precision,
        size=proof.size,
        sha256=sums.sha256,
        blake3=sums.blake3,
        span=reel.span,
        duration=proof.duration,
        frames=proof.frames,
        width=proof.width,
        height=proof.height,
        mime_codecs=proof.mime_codecs,
        sound=reel.sound,
        lead_in=reel.lead_in,
        verified=proof.took,
        first_frame=proof.first_frame,
    )


def remove(path: Path) -> None:
    """At once and not in a thread, so that a cancelled cut leaves nothing behind."""
    with contextlib.suppress(OSError):
        path.unlink()
