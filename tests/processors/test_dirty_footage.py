"""Every defect of a recording that we know: what the timeline makes of it, and what is answered.

The third of five files (seconds 4 to 6) is spoilt; the window is the seconds 1 to 9. No answer may
be called complete that does not show, decodably, all that it claims.
"""

import asyncio
import os
import shutil
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from processors.adapters.clip_store import DiskClipStore
from processors.adapters.cutter import FfmpegCutter
from processors.adapters.footage_disk import DiskRecordings
from processors.adapters.splicer import Splicer
from processors.answer import Answers
from processors.clip_job import ClipJob
from processors.cutting.ladder import Ladder, Rung
from processors.footage.pattern import Pattern
from processors.footage.readiness import Patience
from processors.footage.segment import SegmentState
from processors.footage.setup import Setup, Setups
from processors.look import Ready, Stale
from processors.made import Made
from processors.request import ClipRequest
from processors.span import Span
from schemas.clip import ClipCompleted
from schemas.incident import Precision
from schemas.instant import NANOS, to_ns
from schemas.reason import GapCause, Outcome, Reason
from schemas.settings import Windows
from tests import dirty
from tests.dirty import START, Defect, Folder, become, cut, move_part, part, patch
from tests.media import ffmpeg, shown

pytestmark = [pytest.mark.media, pytest.mark.timeout(60)]

COMPLETE, CRASHED, BROKEN = SegmentState.COMPLETE, SegmentState.CRASHED, SegmentState.UNREADABLE
WINDOW = Span(START + NANOS, START + 9 * NANOS)
ALL = ((4.0, 6.0),)
SECOND_HALF = ((5.0, 6.0),)
FRAME = 0.041


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
    outcome: Outcome | None = None
    """By default complete without a reason, and partial with one."""
    made: str = "recorder"

    @property
    def expected(self) -> Outcome:
        return self.outcome or (Outcome.PARTIAL if self.reason else Outcome.COMPLETE)


def _link_to_nowhere(path: Path) -> None:
    path.symlink_to("nowhere.mp4")


def _forbidden(folder: Folder) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
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
    Case("no trak", lambda f: _without(f, b"trak"), COMPLETE, reason=Reason.MISMATCH),
    _lost("garbage", lambda f: f.edit(lambda d: bytes(range(256)) * (len(d) // 256))),
    _lost("zeros", lambda f: f.edit(lambda d: bytes(len(d)))),
    Case(
        "zeros behind the first part",
        lambda f: f.edit(lambda d: d[: part(d, 1)] + bytes(len(d) - part(d, 1))),
        CRASHED,
        SECOND_HALF,
        Reason.NOT_RECORDED,
    ),
    Case(
        "zeros in the pictures",
        lambda f: f.edit(dirty.rot(dirty.VIDEO)),
        COMPLETE,
        reason=Reason.CUT_FAILED,
        outcome=Outcome.FAILED,
    ),
    Case(
        "zeros in the sound",
        lambda f: f.edit(dirty.rot(dirty.SOUND)),
        COMPLETE,
        reason=Reason.CUT_FAILED,
        outcome=Outcome.FAILED,
    ),
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
    Case("time jumps ahead", move_part(3600 * 90_000), COMPLETE, SECOND_HALF, Reason.CUT_FAILED,
         Outcome.FAILED),
    Case("time jumps back", move_part(0), COMPLETE, SECOND_HALF, Reason.CUT_FAILED,
         Outcome.FAILED),
    Case(
        "no key frame at first",
        lambda f: f.edit(dirty.undecodable),
        COMPLETE,
        ((4.0, 5.0),),
        Reason.NOT_RECORDED,
    ),
    Case("tracks in another order", lambda f: f.edit(dirty.swap_tracks), COMPLETE),
    Case("another size", _other("sessions", dirty.BIGGER), COMPLETE, reason=Reason.MISMATCH),
    Case("another codec", _other("sessions", dirty.HEVC), COMPLETE, reason=Reason.MISMATCH),
    Case("no sound", _other("sessions", dirty.SILENT), COMPLETE, reason=Reason.MISMATCH),
    Case("of a plain writer", _other("plain"), COMPLETE, reason=Reason.MISMATCH),
    Case("the file before it once more", _repeated, COMPLETE, ALL, Reason.NOT_RECORDED),
    Case("a copy under a later name", _twice, COMPLETE),
    Case("recorded twice", _by_another_recorder, COMPLETE),
    Case("a name an hour off", _moved(3604), None),
    Case("a name a second off", _moved(5), None),
    Case("called .ts", _moved(4, "ts"), None, reason=Reason.MISMATCH),
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
    Case("plain: another time scale", _other("plain", 12_800), COMPLETE,
         reason=Reason.MISMATCH, made="plain"),
    Case("plain: gone", lambda f: f.bad.unlink(), None, ALL, Reason.NOT_RECORDED, made="plain"),
]  # fmt: skip


def _ladder(root: Path) -> Ladder:
    """The ways of cutting as a worker takes them."""
    return Ladder(
        [
            Rung("splice", lambda: Splicer(root, timeout=30)),
            Rung("ffmpeg", lambda: FfmpegCutter(ffmpeg(), root, timeout=30)),
        ]
    )


MakeJob = Callable[[str], tuple[Folder, ClipJob]]


@pytest.fixture
def make_job(tmp_path: Path) -> Iterator[MakeJob]:
    """A copy of footage, and the use case on it."""
    root = tmp_path / "footage"
    setups = Setups(Setup((Pattern(dirty.PATTERN),)))
    recordings = DiskRecordings(root, setups)
    store = DiskClipStore(tmp_path / "output")
    store.open()
    job = ClipJob(
        recordings, _ladder(root), store, Later(),
        answers=Answers(), patience=Patience(), windows=Windows(),
    )  # fmt: skip

    def make(made: str) -> tuple[Folder, ClipJob]:
        shutil.copytree(dirty.plain() if made == "plain" else dirty.sessions(dirty.ENCODING), root)
        folder = Folder(root)
        assert folder.bad.is_file()
        return folder, job

    yield make
    store.close()
    recordings.close()


def asked() -> ClipRequest:
    return ClipRequest(
        "4a4c5a0b-3e0f-5a57-9f0e-0d6f3ad1a001", "i-1", dirty.CAMERA, START + 3 * NANOS, WINDOW,
        Precision.SEGMENTS, WINDOW.end,
    )  # fmt: skip


def answered(job: ClipJob) -> tuple[Ready, ClipCompleted]:
    ready = job.look(asked())
    assert isinstance(ready, Ready)
    made = asyncio.run(job.answer(ready))
    assert not isinstance(made, Stale), "nothing changes any more"
    return ready, made.answer


@pytest.mark.parametrize("case", MATRIX, ids=lambda case: case.name)
def test_a_defect_is_seen_and_told(case: Case, make_job: MakeJob) -> None:
    folder, job = make_job(case.made)
    case.defect(folder)
    ready, answer = answered(job)

    states = {s.path: s.state for s in ready.timeline.segments if s.span.overlap(WINDOW)}
    name = str(folder.bad.relative_to(folder.root))
    assert states.get(name) == case.state
    gaps = [((g.span.start - START) / NANOS, (g.span.end - START) / NANOS)
            for g in ready.coverage.gaps]  # fmt: skip
    assert gaps == [pytest.approx(gap, abs=FRAME) for gap in case.gaps]
    assert (answer.outcome, answer.reason) == (case.expected, case.reason)
    check_clip(folder.root.parent / "output", answer)


def check_clip(output: Path, answer: ClipCompleted) -> None:
    """Whatever the answer says that it shows can be decoded, to the last frame."""
    if answer.video is None:
        return
    clip = output / answer.video.path
    strict = [
        "-v",
        "error",
        "-xerror",
        "-err_detect",
        "explode",
        "-i",
        str(clip),
        "-f",
        "null",
        "-",
    ]
    done = subprocess.run([ffmpeg().path, *strict], check=False, capture_output=True, timeout=30)
    assert (done.returncode, done.stderr) == (0, b"")
    lost = sum((gap.end - gap.start).total_seconds() for gap in answer.gaps)
    assert answer.coverage == pytest.approx(1 - lost / 8, abs=0.001)
    assert answer.actual_start is not None
    assert answer.actual_end is not None
    length = (answer.actual_end - answer.actual_start).total_seconds()
    assert to_ns(answer.actual_start) <= WINDOW.start
    assert to_ns(answer.actual_end) >= WINDOW.end
    assert len(shown(clip)) >= 25 * (length - lost) - 2


def test_a_file_that_is_cut_short_before_the_cut_is_looked_at_again(
    make_job: MakeJob,
) -> None:
    folder, job = make_job("recorder")
    ready = job.look(asked())
    assert isinstance(ready, Ready)
    cut(lambda data: len(data) - 900)(folder)
    assert isinstance(asyncio.run(job.answer(ready)), Stale)
    _, answer = answered(job)
    assert (answer.outcome, answer.reason) == (Outcome.PARTIAL, Reason.NOT_RECORDED)
    check_clip(folder.root.parent / "output", answer)


def test_a_file_that_cannot_be_cut_and_does_not_change_is_set_aside(make_job: MakeJob) -> None:
    """What was read of it is remembered by its times, and they lie."""
    folder, job = make_job("recorder")
    ready = job.look(asked())
    assert isinstance(ready, Ready)
    folder.edit(lambda data: bytes(len(data)))
    made = asyncio.run(job.answer(ready))
    assert isinstance(made, Made)
    answer = made.answer
    assert (answer.outcome, answer.reason) == (Outcome.PARTIAL, Reason.UNREADABLE)
    (gap,) = answer.gaps
    assert gap.cause is GapCause.UNREADABLE
    assert abs(to_ns(gap.start) - START - 4 * NANOS) < 2000
    check_clip(folder.root.parent / "output", answer)


def test_a_folder_that_is_a_file_is_no_camera(make_job: MakeJob) -> None:
    folder, job = make_job("recorder")
    shutil.rmtree(folder.root / dirty.CAMERA)
    (folder.root / dirty.CAMERA).touch()
    assert answered(job)[1].reason is Reason.UNKNOWN_CAMERA


def test_a_folder_that_cannot_be_read_is_answered(make_job: MakeJob) -> None:
    folder, job = make_job("recorder")
    _forbidden_folder(folder)
    assert answered(job)[1].reason is Reason.UNREADABLE


def _forbidden_folder(folder: Folder) -> None:
    """A link that leads in a circle: nobody may enter, not even root."""
    camera = folder.root / dirty.CAMERA
    shutil.rmtree(camera)
    camera.symlink_to(camera)
