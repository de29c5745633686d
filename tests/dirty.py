"""Recordings, and everything that may be wrong with one of them."""

import atexit
import os
import shutil
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from functools import cache, cached_property
from pathlib import Path
from tempfile import mkdtemp

from devtools.camera.loop import Encoding
from devtools.camera.record import record as simulate
from devtools.camera.recorder import Place
from devtools.camera.stream import Session
from processors.footage.pattern import Pattern
from schemas.instant import NANOS, from_ns
from tests import media

CAMERA = "cam"
PATTERN = "%path/%Y-%m-%d_%H-%M-%S-%f"
START = 1_795_508_600 * NANOS
"""The first frame; each file lasts two seconds, in parts of one."""
ENCODING = Encoding(width=160, height=90, seconds=2)
HEVC = Encoding(codec="hevc", audio=None, width=160, height=90, seconds=2)
BIGGER = Encoding(width=192, height=108, seconds=2)
SILENT = Encoding(width=160, height=90, seconds=2, audio=None)
FASTER = Encoding(width=160, height=90, seconds=2, fps=50, gop=50)


def _new_root() -> Path:
    root = Path(mkdtemp(prefix="dirty-"))
    atexit.register(shutil.rmtree, root)
    return root


@cache
def sessions(*encodings: Encoding) -> Path:
    """A root with 6 s of footage, or 10 s if there is only one encoding, recorded one by one."""
    root = _new_root()
    place = Place(root, CAMERA, PATTERN, UTC, segment=2 * NANOS, part=NANOS)
    simulate(place, [Session(e, START, 10.1) for e in encodings], seed=1)
    return root


@cache
def plain(timescale: int = 90_000, rate: int = 48_000, form: str = "mp4") -> Path:
    """The same, as `ffmpeg -f segment` writes it: no fragments, no clock, the index in front."""
    root = _new_root()
    (root / CAMERA).mkdir()
    options = f"movflags=+faststart:video_track_timescale={timescale}"
    media.run_ffmpeg(
        "-f", "lavfi", "-i", "testsrc2=size=160x90:rate=25:duration=10",
        "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=10",
        *media.H264, "-bf", "0", "-g", "25", "-c:a", "aac", "-b:a", "32k", "-ar", str(rate),
        "-f", "segment", "-segment_time", "2", "-reset_timestamps", "1",
        "-segment_format", {"ts": "mpegts", "mkv": "matroska"}.get(form, form),
        *(("-segment_format_options", options) if form == "mp4" else ()), str(root / f"%d.{form}"),
    )  # fmt: skip
    for i, file in enumerate(sorted(root.glob(f"*.{form}"))):
        start = from_ns(START + 2 * i * NANOS)
        file.rename(root / Pattern(PATTERN).encode(CAMERA, start, UTC, form))
    return root


@dataclass(frozen=True)
class Folder:
    """A camera's folder that may be spoilt."""

    root: Path

    @property
    def files(self) -> list[Path]:
        return sorted((self.root / CAMERA).iterdir())

    @cached_property
    def bad(self) -> Path:
        """The file in the middle: seconds 4 to 6."""
        return self.files[2]

    def edit(self, change: Callable[[bytes], bytes]) -> None:
        """Replace what the middle file holds."""
        stamp = self.bad.stat().st_mtime_ns
        self.bad.write_bytes(change(self.bad.read_bytes()))
        os.utime(self.bad, ns=(stamp, stamp))

    def replace_by(self, other: Path) -> None:
        """Put the file of the same time of another root in the place of the middle one."""
        shutil.copy2(Folder(other).bad, self.bad)

    def replace_first_by(self, other: Path) -> None:
        """The same of the first file."""
        shutil.copy2(Folder(other).files[0], self.files[0])

    def named(self, second: float, extension: str = "mp4") -> Path:
        """The name of a file that starts then."""
        moment = from_ns(START + round(second * NANOS))
        return self.root / Pattern(PATTERN).encode(CAMERA, moment, UTC, extension)


Defect = Callable[[Folder], object]


def part(data: bytes, number: int) -> int:
    """Where a part (a `moof`) begins."""
    at = -1
    for _ in range(number + 1):
        at = data.index(b"moof", at + 1)
    return at - 4


def put(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def cut(at: Callable[[bytes], int]) -> Defect:
    return lambda folder: folder.edit(lambda data: data[: at(data)])


def patch(kind: bytes, skip: int, new: bytes, number: int = 0) -> Defect:
    """Overwrite bytes `skip` behind the name of the box `kind` that comes so many after the first."""

    def change(data: bytes) -> bytes:
        at = -1
        for _ in range(number + 1):
            at = data.index(kind, at + 1)
        return put(data, at + len(kind) + skip, new)

    return lambda folder: folder.edit(change)


def move_part(to: int) -> Defect:
    """Let the second part claim another decode time, in ticks: of all its tracks."""

    def change(data: bytes) -> bytes:
        at = part(data, 1)
        while (at := data.find(b"tfdt", at + 1)) > 0:
            data = put(data, at + 8, struct.pack(">Q", to))
        return data

    return lambda folder: folder.edit(change)


def rot(kind: int) -> Callable[[bytes], bytes]:
    """Zeros from the first sample of the second part on; `kind` is the flag of its `trun`."""

    def change(data: bytes) -> bytes:
        moof = part(data, 1)
        trun = _trun(data, moof, kind)
        (offset,) = struct.unpack_from(">I", data, trun + 8)
        return put(data, moof + offset + 8, bytes(1000))

    return change


def empty_sample(data: bytes) -> bytes:
    """The third picture of the second part has no bytes."""
    return put(data, _trun(data, part(data, 1), VIDEO) + 12 + 2 * 16 + 4, bytes(4))


def one_over_the_other(data: bytes) -> bytes:
    """The sound of the second part is said to lie where its pictures do."""
    moof = part(data, 1)
    place = _trun(data, moof, VIDEO) + 8
    return put(data, _trun(data, moof, SOUND) + 8, data[place : place + 4])


def move_sound(by: int) -> Defect:
    """Let the sound of the second part claim another decode time, by so many ticks."""

    def change(data: bytes) -> bytes:
        moof = part(data, 1)
        time = data.rindex(b"tfdt", moof, _trun(data, moof, SOUND)) + 8
        (was,) = struct.unpack_from(">Q", data, time)
        return put(data, time, struct.pack(">Q", was + by))

    return lambda folder: folder.edit(change)


def still(data: bytes) -> bytes:
    """No sound of the second part lasts any time."""
    trun = _trun(data, part(data, 1), SOUND)
    (count,) = struct.unpack_from(">I", data, trun + 4)
    for i in range(count):
        data = put(data, trun + 12 + 8 * i, bytes(4))
    return data


def still_table(data: bytes) -> bytes:
    """The same of all sound of a plain file."""
    return put(data, data.index(b"stts", data.index(b"soun")) + 16, bytes(4))


def move_ts_sound(seconds: float) -> Defect:
    """The same of MPEG-TS, from the third packet of sound on."""

    def change(data: bytes) -> bytes:
        starts = (at for at in range(0, len(data), 188) if data[at + 1] & 0x40)
        found = (data.find(b"\0\0\1\xc0", at, at + 188) for at in starts)
        for at in [at for at in found if at >= 0][2:]:
            a, b, c = struct.unpack_from(">BHH", data, at + 9)
            time = (a >> 1 & 7) << 30 | b >> 1 << 15 | c >> 1
            time += round(seconds * 90_000)
            a, b, c = a & 0xF1 | time >> 29 & 0xE, time >> 14 & 0xFFFE | 1, time << 1 & 0xFFFE | 1
            data = put(data, at + 9, struct.pack(">BHH", a, b, c))
        return data

    return lambda folder: folder.edit(change)


def remade(*args: str) -> Defect:
    """The middle file, made anew by ffmpeg."""

    def change(path: Path) -> None:
        made = path.with_suffix(".new")
        media.run_ffmpeg("-i", str(path), *args, "-f", "mp4", str(made))
        made.replace(path)

    return lambda folder: change(folder.bad)


VIDEO, SOUND = 0x400, 0
"""Flags by which the recorder's `trun` boxes differ."""


def _trun(data: bytes, moof: int, kind: int) -> int:
    """Where the content of the `trun` of pictures or of sound starts."""
    at = moof
    while True:
        at = data.index(b"trun", at) + 4
        if int.from_bytes(data[at : at + 4], "big") & VIDEO == kind:
            return at


def swap_tracks(data: bytes) -> bytes:
    first = data.index(b"trak") - 4
    second = data.index(b"trak", first + 8) - 4
    end = second + int.from_bytes(data[second : second + 4], "big")
    return data[:first] + data[second:end] + data[first:second] + data[end:]


def undecodable(data: bytes) -> bytes:
    """The first picture is no key frame, and no other of the first part is one."""
    return put(data, _trun(data, part(data, 0), VIDEO) + 20, struct.pack(">I", 0x10000))


def jitter(data: bytes) -> bytes:
    """The first picture of the second part lasts half as long again, the second one half as long."""
    trun = _trun(data, part(data, 1), VIDEO)
    first, entry = trun + 12, 16 if data[trun + 2] & 8 else 12
    (step,) = struct.unpack_from(">I", data, first)
    data = put(data, first, struct.pack(">I", step * 3 // 2))
    return put(data, first + entry, struct.pack(">I", step // 2))


def remuxed(folder: "Folder") -> None:
    """MPEG-TS under the name of an MP4 file."""
    other = folder.bad.with_suffix(".ts")
    media.run_ffmpeg("-i", str(folder.bad), "-c", "copy", "-f", "mpegts", str(other))
    other.rename(folder.bad)


def become(make: Callable[[Path], object]) -> Defect:
    """Something else of the same name."""

    def defect(folder: Folder) -> None:
        path = folder.bad
        path.unlink()
        make(path)

    return defect


def link_out(path: Path) -> None:
    outside = path.parents[2] / "outside.mp4"
    shutil.copy2(Folder(sessions(ENCODING)).bad, outside)
    path.symlink_to(outside)
