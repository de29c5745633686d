"""Reads what the files of a plan hold, frame by frame, right before they are cut."""

import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from processors.adapters.container_probe import ContainerProbe
from processors.adapters.inputs import check_size, open_piece
from processors.cutting.held import HeldFile, held_movie
from processors.cutting.plan import Piece
from processors.errors import FootageError, InputError, Mp4Error, ProofError
from processors.footage.pattern import MP4, extension_of
from processors.mp4.movie import Movie
from processors.mp4.reader import read_movie_from


@dataclass(frozen=True, slots=True)
class HeldReader:
    """Of the recordings below `root`. Blocking; safe between threads."""

    root: Path
    containers: ContainerProbe

    def read(self, piece: Piece, *, look: bool) -> HeldFile:
        """What the file of `piece` holds; `look`: look into each frame of the picture, too.

        Raises `InputError` where it is not what was planned, or is damaged.
        """
        path = self.root / piece.segment.path
        held = (
            self._mp4(piece, look=look) if extension_of(path) in MP4 else self._other(path, piece)
        )
        if held is None:
            raise InputError(piece.segment.path, "has no picture")
        if held.video.damaged is not None:
            raise InputError(piece.segment.path, f"is damaged at frame {held.video.damaged}")
        if held.audio is not None and held.audio.damaged is not None:
            raise InputError(piece.segment.path, f"is damaged at sound {held.audio.damaged}")
        if held.video.keys.find(1) < 0:
            raise InputError(piece.segment.path, "has no frame at which decoding can start")
        return held

    def _mp4(self, piece: Piece, *, look: bool) -> HeldFile | None:
        with ExitStack() as stack:
            found = open_piece(self.root / piece.segment.path, piece, stack)
            return held_movie(found.movie, found.read, look=look)

    def _other(self, path: Path, piece: Piece) -> HeldFile | None:
        segment = piece.segment
        try:
            check_size(piece, path.stat().st_size)
            found = self.containers.frames(path, segment.size)
        except OSError as exc:
            raise InputError(segment.path, f"cannot be read: {exc.strerror}") from exc
        except InputError:
            raise
        except FootageError as exc:
            raise InputError(segment.path, str(exc)) from exc
        if found.signature != segment.signature:
            raise InputError(segment.path, "holds another stream than when it was planned")
        video = next((track for track in found.tracks if track.kind == "video"), None)
        audio = next((track for track in found.tracks if track.kind == "audio"), None)
        return HeldFile(video, audio) if video else None


def read_made(path: Path) -> tuple[HeldFile, Movie]:
    """What an MP4 file of our own holds; raises `ProofError` where that makes no sense."""
    with path.open("rb", buffering=0) as file:
        handle = file.fileno()

        def read(at: int, length: int) -> bytes:
            return os.pread(handle, length, at)

        try:
            movie = read_movie_from(read, os.fstat(handle).st_size)
        except Mp4Error as exc:
            raise ProofError(f"what came out {exc}") from exc
        held = held_movie(movie, read, look=True)
    if held is None:
        raise ProofError("no picture came out")
    return held, movie
