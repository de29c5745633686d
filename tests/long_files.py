"""Recordings of minutes as MediaMTX and as ffmpeg write them, and how they are read."""

from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path

from devtools.camera.loop import Encoding
from devtools.camera.record import record
from devtools.camera.recorder import Place
from devtools.camera.stream import Session
from processors.footage.pattern import DEFAULT
from processors.mp4.landmarks import Landmarks
from processors.mp4.movie import Movie
from processors.mp4.outline import read_outline
from processors.mp4.reader import read_movie
from schemas.instant import NANOS
from tests.media import run_ffmpeg

START = 1_700_000_000 * NANOS
TRICKY = Encoding(width=160, height=90, seconds=2, gop=50, b_frames=2)


@dataclass(slots=True)
class Counted:
    """Bytes that are read piece by piece, and how many were."""

    data: bytes
    reads: list[tuple[int, int]] = field(default_factory=list)

    def __call__(self, at: int, length: int) -> bytes:
        found = self.data[at : at + length]
        self.reads.append((at, len(found)))
        return found

    @property
    def bytes_read(self) -> int:
        return sum(length for _, length in self.reads)


def fragmented(folder: Path, seconds: int, encoding: Encoding = TRICKY) -> Path:
    """One file of parts of a second, whose sound is half a second late."""
    place = Place(folder, "cam", DEFAULT, UTC, segment=2 * seconds * NANOS)
    record(place, [Session(encoding, START, seconds, sound_late=0.5)], seed=1)
    (path,) = (folder / "cam").iterdir()
    return path


def plain(source: Path, target: Path) -> Path:
    """The same without fragments, and without parameter sets in its frames."""
    sets = "filter_units=remove_types=7-8"
    run_ffmpeg("-i", str(source), "-c", "copy", "-bsf:v", sets, str(target))
    return target


def whole(data: bytes) -> Movie:
    return read_movie(memoryview(data), len(data))


def landmarks_of(data: bytes) -> Landmarks | None:
    return read_outline(Counted(data), len(data)).landmarks
