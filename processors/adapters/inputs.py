"""The recorded files of a plan, read once more right before the cut."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath

from processors.adapters.footage_hold import locate
from processors.cutting.plan import CutPlan, Piece
from processors.errors import CutError, InputError, Mp4Error
from processors.footage.segment import SegmentState
from processors.mp4.movie import Movie
from processors.mp4.reader import read_movie_from
from processors.mp4.signature import signature

_MP4 = frozenset({".mp4", ".m4s"})


@dataclass(frozen=True, slots=True)
class Input:
    """A recorded file, open for reading."""

    descriptor: int
    path: str
    """Relative to the footage root."""
    movie: Movie


@contextmanager
def open_inputs(root: Path, plan: CutPlan, held: Path | None = None) -> Iterator[list[Input]]:
    """The files of `plan` below `root` (or `held`), read; raises `InputError` where one is not what was
    planned, `CutError` where it can never be cut.

    Reads by `pread`, not through a mapping: a file that is cut short meanwhile would be a SIGBUS.
    """
    with ExitStack() as stack:
        yield [_open(locate(root, held, piece.segment.path), piece, stack) for piece in plan.pieces]


def read_inputs(root: Path, plan: CutPlan, held: Path | None = None) -> list[Movie]:
    """Like `open_inputs`, closed again."""
    with open_inputs(root, plan, held) as inputs:
        return [found.movie for found in inputs]


def _open(path: Path, piece: Piece, stack: ExitStack) -> Input:
    segment = piece.segment
    if PurePath(segment.path).suffix not in _MP4:
        raise CutError(f"{segment.path} is no MP4 file, and others cannot be cut and proven yet")
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        stack.callback(os.close, descriptor)
        _check_size(piece, os.fstat(descriptor).st_size)
        movie = read_movie_from(
            lambda at, length: os.pread(descriptor, min(length, segment.size - at), at),
            segment.size,
        )
    except OSError as exc:
        raise InputError(segment.path, f"cannot be read: {exc.strerror}") from exc
    except Mp4Error as exc:
        raise InputError(segment.path, str(exc)) from exc
    _check_content(piece, movie)
    return Input(descriptor, segment.path, movie)


def _check_size(piece: Piece, size: int) -> None:
    segment = piece.segment
    if size < segment.size or (segment.state is SegmentState.COMPLETE and size != segment.size):
        raise InputError(
            segment.path,
            f"has {size} bytes instead of {segment.size}: it changed since it was planned",
        )


def _check_content(piece: Piece, movie: Movie) -> None:
    path = piece.segment.path
    if movie.whole != piece.segment.size:
        raise InputError(
            path,
            f"is whole up to byte {movie.whole} of {piece.segment.size} only: it changed since it "
            "was planned, or it is cut short",
        )
    if signature(movie.tracks) != piece.segment.signature:
        raise InputError(path, "holds another stream than when it was planned")
    for track in movie.tracks:
        samples = track.samples
        ends = map(sum, zip(samples.offset, samples.size, strict=True))
        if max(ends, default=0) > movie.whole:
            raise InputError(path, "has samples that lie behind its end")
