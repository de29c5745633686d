"""The recorded MP4 files of a plan, read once more right before the cut."""

import operator
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from processors.adapters.footage_hold import locate
from processors.cutting.plan import CutPlan, Piece
from processors.errors import CutError, InputError, Mp4Error
from processors.footage.pattern import MP4, extension_of
from processors.footage.segment import SegmentState
from processors.mp4.excerpt import START, Shown, read_excerpt
from processors.mp4.movie import Movie
from processors.mp4.parameters import shapes_in
from processors.mp4.reader import read_movie_from
from processors.mp4.signature import signature
from schemas.incident import Precision
from schemas.instant import NANOS

_LONG = 30 * NANOS
"""Shorter files are read whole: that takes no longer than finding what is needed."""


@dataclass(frozen=True, slots=True)
class Input:
    """A recorded file, open for reading."""

    descriptor: int
    path: str
    """Relative to the footage root."""
    movie: Movie

    def read(self, at: int, length: int) -> bytes:
        """Up to `length` of its bytes from `at` on; raises `InputError` where it cannot be read."""
        try:
            return os.pread(self.descriptor, length, at)
        except OSError as exc:
            raise InputError(self.path, f"cannot be read: {exc.strerror}") from exc

    def fill(self, part: memoryview, at: int) -> None:
        """Reads into all of `part` from byte `at` on; raises `InputError` where that fails."""
        while part:
            try:
                count = os.preadv(self.descriptor, [part], at)
            except OSError as exc:
                raise InputError(self.path, f"cannot be read: {exc.strerror}") from exc
            if not count:
                raise InputError(self.path, "became shorter while it was read")
            part, at = part[count:], at + count


@contextmanager
def open_inputs(
    root: Path, plan: CutPlan, held: Path | None = None, *, played: bool = True
) -> Iterator[list[Input]]:
    """The files of `plan` below `root` (or `held`), read; raises `InputError` where one is not what was
    planned, `CutError` where they cannot be joined by copying, or, if they are to be `played`, where
    no browser does.

    Reads by `pread`, not through a mapping: a file that is cut short meanwhile would be a SIGBUS.
    """
    if not plan.joinable:
        raise CutError("the segments differ in codec, configuration, size or tracks")
    with ExitStack() as stack:
        inputs = [
            open_piece(locate(root, held, piece.segment.path), piece, stack, needed(plan, piece))
            for piece in plan.pieces
        ]
        for found in inputs:
            _check_picture(found, played=played)
        yield inputs


def needed(plan: CutPlan, piece: Piece) -> Shown | None:
    """What of the file of `piece` a clip needs; None is all of it."""
    if plan.precision is not Precision.EXACT or piece.segment.span.length < _LONG:
        return None
    # A file that goes on where another ends is needed from its first frame on.
    start = START if piece.seamless else plan.window.start - piece.zero
    return start, plan.window.end - piece.zero


def read_inputs(
    root: Path, plan: CutPlan, held: Path | None = None, *, played: bool = True
) -> list[Movie]:
    """Like `open_inputs`, closed again."""
    with open_inputs(root, plan, held, played=played) as inputs:
        return [found.movie for found in inputs]


def open_piece(path: Path, piece: Piece, stack: ExitStack, shown: Shown | None = None) -> Input:
    """The MP4 file of `piece`, open until `stack` ends; raises as `open_inputs` does.

    `shown`: what of it is enough.
    """
    segment = piece.segment
    if extension_of(segment.path) not in MP4:
        raise CutError(f"{segment.path} is no MP4 file")
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        stack.callback(os.close, descriptor)
        check_size(piece, os.fstat(descriptor).st_size)

        def read(at: int, length: int) -> bytes:
            return os.pread(descriptor, max(min(length, segment.size - at), 0), at)

        excerpt = read_excerpt(read, segment.size, segment.landmarks, shown) if shown else None
        movie = excerpt or read_movie_from(read, segment.size)
    except OSError as exc:
        raise InputError(segment.path, f"cannot be read: {exc.strerror}") from exc
    except Mp4Error as exc:
        raise InputError(segment.path, str(exc)) from exc
    _check_content(piece, movie)
    return Input(descriptor, segment.path, movie)


def _check_picture(found: Input, *, played: bool) -> None:
    video = found.movie.track("video")
    shapes = shapes_in(found.read, video) if video else []
    if played and any(shape.chroma != 1 for shape in shapes):
        raise CutError(f"no browser plays the colours of {found.path}")
    if len(shapes) > 1:
        raise CutError(f"the picture changes its size or colours inside {found.path}")


def check_size(piece: Piece, size: int) -> None:
    """Raises `InputError` where a file of `size` bytes is not the one that was planned."""
    segment = piece.segment
    if size < segment.size or (segment.state is SegmentState.COMPLETE and size != segment.size):
        raise InputError(
            segment.path,
            f"has {size} bytes instead of {segment.size}: it changed since it was planned",
        )


def _check_content(piece: Piece, movie: Movie) -> None:
    path = piece.segment.path
    if not movie.tiled:
        raise InputError(
            path,
            f"is whole up to byte {movie.whole} of {piece.segment.size} only: it changed since it "
            "was planned, or it is cut short",
        )
    if signature(movie.tracks) != piece.segment.signature:
        raise InputError(path, "holds another stream than when it was planned")
    if any(max(track.samples.ends, default=0) > movie.whole for track in movie.tracks):
        raise InputError(path, "has samples that lie behind its end")
    # Of fragments the reader has seen to it, run by run.
    if not movie.fragmented and _overlap(movie):
        raise InputError(path, "has samples that lie over one another")


def _overlap(movie: Movie) -> bool:
    starts = sorted(chain.from_iterable(track.samples.chunks for track in movie.tracks))
    ends = sorted(chain.from_iterable(track.samples.ends for track in movie.tracks))
    # Chunks lie apart if the first ends before the second starts, and so on.
    return any(map(operator.gt, ends, starts[1:]))
