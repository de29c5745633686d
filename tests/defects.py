"""Everything that may be wrong with a recording, and what is expected of each: one list.

The third of five files (seconds 4 to 6) is spoilt; the window is the seconds 1 to 9. What is expected
holds where copying is the only way of cutting; `Case.encoded` says what encoding makes of it.
"""

import os
import shutil
import struct
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from processors.adapters.clip_store import DiskClipStore
from processors.adapters.conforming_cutter import ConformingCutter
from processors.adapters.container_probe import ContainerProbe
from processors.adapters.cutter import FfmpegCutter
from processors.adapters.footage_disk import DiskRecordings
from processors.adapters.held_reader import HeldReader
from processors.adapters.splicer import Splicer
from processors.answer import Answers
from processors.clip_job import ClipJob
from processors.cutting.ladder import Ladder, Rung
from processors.footage.pattern import Pattern
from processors.footage.readiness import Patience
from processors.footage.segment import SegmentState
from processors.footage.setup import Setup, Setups
from processors.ports import Cutter
from processors.request import ClipRequest
from processors.span import Span
from schemas.clip import ClipCompleted, Sound
from schemas.incident import Precision
from schemas.instant import NANOS, to_ns
from schemas.reason import Outcome, Reason
from schemas.settings import Windows
from tests import dirty
from tests.dirty import START, Defect, Folder, become, cut, move_part, move_sound, part, patch
from tests.media import ffmpeg, shown

COMPLETE, CRASHED, BROKEN = SegmentState.COMPLETE, SegmentState.CRASHED, SegmentState.UNREADABLE
WINDOW = Span(START + NANOS, START + 9 * NANOS)
_ROUNDING = 0.001
_FRAME = NANOS // 25
_STUTTER = 4
"""Frames: those at either end, and AVI leaves a picture's time empty at a join."""
ALL = ((4.0, 6.0),)
SECOND_HALF = ((5.0, 6.0),)


class Later:
    """The clock, long after all was recorded."""

    def now(self) -> int:
        return time.time_ns() + 3600 * NANOS


@dataclass(frozen=True)
class Case:
    """A defect and what is expected of it."""

    name: str
    defect: Defect
    state: SegmentState | None
    """Of the spoilt file; None: it is not in the timeline."""
    gaps: tuple[tuple[float, float], ...] = ()
    """Of the timeline's coverage, in seconds behind the start."""
    reason: Reason | None = None
    made: str = "recorder"
    """By whom: `recorder` is the simulated one, else ffmpeg, and what it is called or its container."""
    lacks: tuple[tuple[float, float], ...] | None = None
    """What the clip does not show, where that is more than `gaps`: what does not fit the rest, by
    default."""
    sound: Sound = Sound.COPIED
    """What becomes of it."""
    encoded: Reason | None = None
    """Why encoding cannot mend what does not fit; None where it can."""

    @property
    def missing(self) -> tuple[tuple[float, float], ...]:
        """What the clip does not show."""
        if self.lacks is not None:
            return self.lacks
        return ALL if self.reason is Reason.MISMATCH else self.gaps

    @property
    def shows(self) -> bool:
        """Whether it shows here: root may read everything."""
        return self.defect is not _forbidden or os.geteuid() != 0

    @property
    def expected(self) -> Outcome:
        return Outcome.PARTIAL if self.reason else Outcome.COMPLETE

    def by_encoding(self) -> "Case":
        """The same, as it is expected where the only way of cutting is to encode."""
        if self.reason is not Reason.MISMATCH:
            return self
        reason = self.encoded
        return replace(self, reason=reason, lacks=ALL if reason else ())


def _link_to_nowhere(path: Path) -> None:
    path.symlink_to("nowhere.mp4")


def _forbidden(folder: Folder) -> None:
    folder.bad.chmod(0)


def _repeated(folder: Folder) -> None:
    shutil.copy2(folder.files[1], folder.bad)


def _twice(folder: Folder) -> None:
    shutil.copy2(folder.bad, folder.named(5))


def _by_another_recorder(folder: Folder) -> None:
    """A second recorder of the same camera wrote the seconds 3 to 5 once more."""
    data = folder.bad.read_bytes()
    at = data.index(b"mtxi") + 8
    wall = START + 3 * NANOS
    other = struct.pack(">16sQqq", b"x" * 16, 7, 0, wall)
    folder.named(3).write_bytes(dirty.put(data, at, other))


def _moved(second: float, extension: str = "mp4") -> Defect:
    return lambda folder: folder.bad.rename(folder.named(second, extension))


def _called(ending: str) -> Defect:
    return lambda folder: folder.bad.rename(folder.bad.with_suffix(ending))


def _without(folder: Folder, kind: bytes) -> None:
    folder.edit(lambda data: data.replace(kind, b"free", 1))


def _future(folder: Folder) -> None:
    ahead = time.time_ns() + 86400 * NANOS
    os.utime(folder.bad, ns=(ahead, ahead))


def _beside(folder: Folder) -> None:
    camera = folder.root / dirty.CAMERA
    (camera / "Thumbs.db").write_bytes(b"x")
    (camera / f"{folder.bad.stem}.mp4.tmp").write_bytes(b"x")
    (camera / folder.bad.name.replace("2026", "٢٠٢٦")).write_bytes(b"x")
    (camera / "2026-02-30_08-23-24-000000.mp4").write_bytes(b"x")
    (camera / ("a" * 200 + ".mp4")).write_bytes(b"x")


def _lost(name: str, defect: Defect, made: str = "recorder") -> Case:
    """Nothing of the file can be read."""
    return Case(name, defect, BROKEN, ALL, Reason.UNREADABLE, made=made)


def _other(root: str, *encodings: object) -> Defect:
    def defect(folder: Folder) -> None:
        maker = getattr(dirty, root)
        folder.replace_by(maker(*encodings))

    return defect


MATRIX = [
    Case("nothing", lambda _: None, COMPLETE),
    Case("gone", lambda f: f.bad.unlink(), None, ALL, Reason.NOT_RECORDED),
    _lost("0 bytes", cut(lambda _: 0)),
    _lost("cut before the header", cut(lambda _: 20)),
    _lost("cut in the header", cut(lambda d: part(d, 0) - 40)),
    _lost("header only", cut(lambda d: part(d, 0))),
    Case("cut in a part", cut(lambda d: len(d) - 900), CRASHED, SECOND_HALF, Reason.NOT_RECORDED),
    Case(
        "cut in a moof", cut(lambda d: part(d, 1) + 99), CRASHED, SECOND_HALF, Reason.NOT_RECORDED
    ),
    Case("cut between parts", cut(lambda d: part(d, 1)), COMPLETE, SECOND_HALF, Reason.NOT_RECORDED),
    Case("never closed", patch(b"mvhd", 16, bytes(4)), CRASHED),
    _lost("no moov", lambda f: _without(f, b"moov")),
    Case("no trak", lambda f: _without(f, b"trak"), COMPLETE, reason=Reason.MISMATCH,
         encoded=Reason.UNREADABLE),
    _lost("garbage", lambda f: f.edit(lambda d: bytes(range(256)) * (len(d) // 256))),
    _lost("zeros", lambda f: f.edit(lambda d: bytes(len(d)))),
    Case(
        "zeros behind the first part",
        lambda f: f.edit(lambda d: d[: part(d, 1)] + bytes(len(d) - part(d, 1))),
        CRASHED,
        SECOND_HALF,
        Reason.NOT_RECORDED,
    ),
    Case("zeros in the pictures", lambda f: f.edit(dirty.rot(dirty.VIDEO)), COMPLETE, lacks=ALL,
         reason=Reason.UNREADABLE),
    Case("zeros in the sound", lambda f: f.edit(dirty.rot(dirty.SOUND)), COMPLETE, lacks=ALL,
         reason=Reason.UNREADABLE),
    Case("sound falls back", move_sound(-24_000), COMPLETE, sound=Sound.PARTIAL),
    Case("sound an hour ahead", move_sound(3600 * 48_000), COMPLETE, sound=Sound.PARTIAL),
    Case("sound lasts no time", lambda f: f.edit(dirty.still), COMPLETE, sound=Sound.PARTIAL),
    Case("junk at the end", lambda f: f.edit(lambda d: d + b"junk" * 200), CRASHED),
    _lost("a box that claims 4 GB", patch(b"moov", -8, b"\xff" * 4)),
    Case(
        "samples longer than their data",
        patch(b"trun", 16, b"\x7f", number=2),
        CRASHED,
        SECOND_HALF,
        Reason.NOT_RECORDED,
    ),
    _lost("a million samples claimed", patch(b"trun", 4, b"\x7f\xff\xff\xff")),
    Case("time jumps ahead", move_part(3600 * 90_000), COMPLETE, SECOND_HALF, Reason.UNREADABLE,
         lacks=ALL),
    Case("time jumps back", move_part(0), COMPLETE, SECOND_HALF, Reason.UNREADABLE, lacks=ALL),
    Case(
        "no key frame at first",
        lambda f: f.edit(dirty.undecodable),
        COMPLETE,
        ((4.0, 5.0),),
        Reason.NOT_RECORDED,
    ),
    Case("tracks in another order", lambda f: f.edit(dirty.swap_tracks), COMPLETE),
    Case("another size", _other("sessions", dirty.BIGGER), COMPLETE, reason=Reason.MISMATCH),
    Case("another frame rate", _other("sessions", dirty.FASTER), COMPLETE, reason=Reason.MISMATCH),
    Case("uneven frames", lambda f: f.edit(dirty.jitter), COMPLETE),
    Case("no sound in the first file", lambda f: f.replace_first_by(dirty.sessions(dirty.SILENT)),
         COMPLETE, reason=Reason.MISMATCH, lacks=((1.0, 2.0),)),
    Case("another codec", _other("sessions", dirty.HEVC), COMPLETE, reason=Reason.MISMATCH),
    Case("no sound", _other("sessions", dirty.SILENT), COMPLETE, reason=Reason.MISMATCH),
    Case("of a plain writer", _other("plain"), COMPLETE, reason=Reason.MISMATCH),
    Case("the file before it once more", _repeated, COMPLETE, ALL, Reason.NOT_RECORDED),
    Case("a copy under a later name", _twice, COMPLETE),
    Case("recorded twice", _by_another_recorder, COMPLETE),
    Case("a name an hour off", _moved(3604), None),
    Case("a name a second off", _moved(5), None),
    Case("called .ts", _moved(4, "ts"), None, reason=Reason.MISMATCH),
    _lost("MPEG-TS called .mp4", dirty.remuxed),
    *(Case(f"{form}called {ending}", _called(ending), None, made=made) for form, made, ending in (
        ("", "recorder", ".MP4"), ("plain: ", "plain", ".Mp4"), ("ts: ", "ts", ".TS"), ("mkv: ", "mkv", ".MKV"),
    )),
    Case("called .mov", lambda f: f.bad.rename(f.bad.with_suffix(".mov")), None, ALL,
         Reason.NOT_RECORDED),
    Case("changed in the future", _future, COMPLETE),
    Case("other things beside it", _beside, COMPLETE),
    _lost("a folder", become(Path.mkdir)),
    _lost("a pipe", become(os.mkfifo)),
    _lost("a link out of the root", become(dirty.link_out)),
    _lost("a link to nowhere", become(_link_to_nowhere)),
    _lost("forbidden", _forbidden),
    Case("plain: nothing", lambda _: None, COMPLETE, made="plain"),
    _lost("plain: cut", cut(lambda d: len(d) // 2), "plain"),
    _lost("plain: index cut", cut(lambda _: 300), "plain"),
    _lost("plain: data beyond the end", patch(b"stco", 8, b"\x7f"), "plain"),
    _lost("plain: a sample of 2 GB", patch(b"stsz", 12, b"\x7f"), "plain"),
    _lost("plain: too many samples", patch(b"stsz", 8, b"\x7f"), "plain"),
    Case("plain: sound lasts no time", lambda f: f.edit(dirty.still_table), COMPLETE,
         sound=Sound.PARTIAL, made="plain"),
    Case("plain: another time scale", _other("plain", 12_800), COMPLETE,
         reason=Reason.MISMATCH, made="plain"),
    Case("plain: sound at another rate", _other("plain", 90_000, 16_000), COMPLETE,
         reason=Reason.MISMATCH, made="plain"),
    Case("plain: gone", lambda f: f.bad.unlink(), None, ALL, Reason.NOT_RECORDED, made="plain"),
    *(Case(f"{form}: nothing", lambda _: None, COMPLETE, made=form) for form in ("ts", "mkv", "avi")),
    Case("ts: cut", cut(lambda d: len(d) // 2), CRASHED, ((4.96, 6.0),), Reason.NOT_RECORDED,
         made="ts"),
    Case("mkv: cut", cut(lambda d: len(d) // 2), COMPLETE, ((4.92, 6.0),), Reason.NOT_RECORDED,
         made="mkv"),
    # Its index is behind the pictures: libav finds them, and gives up at the last one.
    Case("avi: cut", cut(lambda d: len(d) // 2), COMPLETE, ((4.92, 6.0),), Reason.UNREADABLE,
         lacks=((4.04, 6.0),), made="avi"),
    Case("ts: sound falls back", dirty.move_ts_sound(-0.5), COMPLETE, sound=Sound.PARTIAL, made="ts"),
    _lost("ts: garbage", lambda f: f.edit(lambda d: bytes(range(256)) * (len(d) // 256)), "ts"),
]  # fmt: skip


COPYING = ("splice", "ffmpeg", "convert")
"""The ways of cutting that take no picture apart, as a worker tries them."""
ENCODED = ("transcode",)


def _footage(made: str) -> Path:
    if made == "recorder":
        return dirty.sessions(dirty.ENCODING)
    return dirty.plain() if made == "plain" else dirty.plain(form=made)


def _ladder(root: Path, ways: Sequence[str], containers: ContainerProbe) -> Ladder:
    def copying(root: Path) -> Splicer:
        return Splicer(root, timeout=30)

    def conforming(*, encode: bool) -> ConformingCutter:
        reader = HeldReader(root, containers)
        return ConformingCutter(ffmpeg(), reader, copying, 30, encode=encode, played=encode)

    every: dict[str, Callable[[], Cutter]] = {
        "splice": lambda: copying(root),
        "ffmpeg": lambda: FfmpegCutter(ffmpeg(), root, timeout=30),
        "convert": lambda: conforming(encode=False),
        "transcode": lambda: conforming(encode=True),
    }
    return Ladder([Rung(way, every[way]) for way in ways])


@contextmanager
def spoilt(
    case: Case, root: Path, output: Path, ways: Sequence[str] = COPYING
) -> Iterator[tuple[Folder, ClipJob]]:
    """A new `root` with the footage of `case`, still whole, and the use case on it."""
    shutil.copytree(_footage(case.made), root)
    folder = Folder(root)
    assert folder.bad.is_file()
    recordings = DiskRecordings(root, Setups(Setup((Pattern(dirty.PATTERN),))))
    store = DiskClipStore(output)
    containers = ContainerProbe()
    store.open()
    try:
        yield folder, ClipJob(
            recordings, _ladder(root, ways, containers), store, Later(),
            answers=Answers(), patience=Patience(), windows=Windows(), mixed=ways == ENCODED,
        )  # fmt: skip
    finally:
        containers.close()
        store.close()
        recordings.close()


def faults(output: Path, answer: ClipCompleted) -> list[str]:
    """What the clip of `answer` says against it: all that it claims can be decoded and is shown."""
    if answer.video is None:
        return []
    clip = output / answer.video.path
    found = []
    strict = ["-v", "error", "-xerror", "-err_detect", "explode", "-i", str(clip)]
    strict += ["-fps_mode", "passthrough", "-enc_time_base:v", "1:90000", "-f", "null", "-"]
    done = subprocess.run([ffmpeg().path, *strict], check=False, capture_output=True, timeout=30)
    if done.returncode or done.stderr:
        found.append("cannot be decoded to its end")
    assert answer.actual_start is not None
    assert answer.actual_end is not None
    lost = sum((gap.end - gap.start).total_seconds() for gap in answer.gaps)
    if abs(answer.coverage - (1 - lost * NANOS / WINDOW.length)) > _ROUNDING:
        found.append("coverage and gaps do not agree")
    first = min(to_ns(answer.actual_start), *(to_ns(gap.start) for gap in answer.gaps), WINDOW.end)
    last = max(to_ns(answer.actual_end), *(to_ns(gap.end) for gap in answer.gaps), WINDOW.start)
    if first > WINDOW.start + _FRAME or last < WINDOW.end - _FRAME:
        found.append("does not reach from end to end of the window")
    inside = Span(to_ns(answer.actual_start), to_ns(answer.actual_end))
    gaps = [Span(to_ns(gap.start), to_ns(gap.end)).overlap(inside) for gap in answer.gaps]
    promised = 25 * (inside.length - sum(gap.length for gap in gaps if gap)) / NANOS
    if len(shown(clip)) < promised - _STUTTER:
        found.append(f"shows {len(shown(clip))} pictures of {promised:.0f}")
    return found


def asked(precision: Precision = Precision.SEGMENTS) -> ClipRequest:
    """The window, as an incident asks for it."""
    return ClipRequest(
        "4a4c5a0b-3e0f-5a57-9f0e-0d6f3ad1a001", "i-1", dirty.CAMERA, START + 3 * NANOS, WINDOW,
        precision, WINDOW.end,
    )  # fmt: skip
