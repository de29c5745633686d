"""Recordings that stay although the recorder deletes them."""

import asyncio
import errno
import os
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from processors.adapters.clip_store import DiskClipStore
from processors.adapters.cutter import FfmpegCutter
from processors.adapters.footage_disk import DiskRecordings
from processors.adapters.footage_hold import FootageHold, locate
from processors.adapters.splicer import Splicer
from processors.answer import Answers
from processors.clip_job import ClipJob
from processors.footage.pattern import Pattern
from processors.footage.readiness import Patience
from processors.footage.setup import Setup, Setups
from processors.look import Ready, Waiting
from processors.made import Made
from processors.ports import Cutter
from processors.request import ClipRequest
from processors.span import Span
from schemas.incident import Precision
from schemas.instant import NANOS, to_ns
from schemas.reason import Outcome
from schemas.settings import Windows
from tests.media import ffmpeg
from tests.recordings import SMALL, take

START = 1_795_508_590 * NANOS
"""2026-11-24 08:23:10 UTC, before all that is recorded of camera1."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root/cam").mkdir(parents=True)
    for name in ("1", "2"):
        (tmp_path / "root/cam" / name).write_bytes(b"x" * 100)
    return tmp_path / "root"


def kept(tmp_path: Path) -> list[str]:
    return sorted(p.name for p in (tmp_path / "held").rglob("*") if p.is_file())


def test_a_held_file_outlives_the_original_until_it_is_released(root: Path, tmp_path: Path) -> None:
    hold = FootageHold(root, tmp_path / "held", 1000)
    hold.hold("job", ["cam/1"])
    assert locate(root, hold.folder, "cam/1") == root / "cam/1"
    assert (tmp_path / "held/cam/1").samefile(root / "cam/1")
    (root / "cam/1").unlink()
    assert locate(root, hold.folder, "cam/1").read_bytes() == b"x" * 100
    hold.release("job")
    assert kept(tmp_path) == []
    assert locate(root, hold.folder, "cam/1") == root / "cam/1"


def test_what_another_job_needs_stays(root: Path, tmp_path: Path) -> None:
    hold = FootageHold(root, tmp_path / "held", 1000)
    hold.hold("one", ["cam/1", "cam/2"])
    hold.hold("two", ["cam/2"])
    hold.hold("two", ["cam/2"])
    hold.release("one")
    hold.release("nobody")
    assert kept(tmp_path) == ["2"]


def test_what_another_worker_lets_go_of_is_held_again(root: Path, tmp_path: Path) -> None:
    ours, theirs = (FootageHold(root, tmp_path / "held", 1000) for _ in range(2))
    ours.hold("job", ["cam/1"])
    theirs.hold("other", ["cam/1"])
    theirs.release("other")
    ours.hold("job", ["cam/1"])
    assert kept(tmp_path) == ["1"]
    ours.release("job")
    assert kept(tmp_path) == []


def test_no_more_bytes_are_held_than_allowed(root: Path, tmp_path: Path) -> None:
    hold = FootageHold(root, tmp_path / "held", 150)
    hold.hold("one", ["cam/1", "cam/2"])
    assert kept(tmp_path) == ["1"]
    hold.release("one")
    hold.hold("two", ["cam/2"])
    assert kept(tmp_path) == ["2"]


def test_files_that_are_gone_already_are_a_normal_case(root: Path, tmp_path: Path) -> None:
    FootageHold(root, tmp_path / "held", 1000).hold("job", ["cam/3", "cam/1"])
    assert kept(tmp_path) == ["1"]


def test_where_no_link_can_be_made_a_copy_is(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    stamp = (root / "cam/1").stat().st_mtime_ns
    FootageHold(root, tmp_path / "held", 1000).hold("job", ["cam/1"])
    copy = tmp_path / "held/cam/1"
    assert copy.read_bytes() == b"x" * 100
    assert copy.stat().st_mtime_ns == stamp
    assert not copy.samefile(root / "cam/1")


def test_what_a_dead_worker_left_goes_after_an_hour(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    FootageHold(root, tmp_path / "held", 1000).hold("dead", ["cam/1"])
    later = time.time() + 3601
    monkeypatch.setattr(time, "time", lambda: later)
    FootageHold(root, tmp_path / "held", 1000).hold("job", ["cam/3"])
    assert kept(tmp_path) == []


@dataclass
class Clock:
    at: int

    def now(self) -> int:
        return self.at


@pytest.mark.media
@pytest.mark.parametrize("engine", ["ffmpeg", "splice"])
def test_a_waiting_job_is_answered_with_footage_that_was_deleted_meanwhile(
    tmp_path: Path, engine: str
) -> None:
    root, output = tmp_path / "footage", tmp_path / "output"
    take(SMALL / "mediamtx_clips/camera1", root / "camera1")
    files = sorted((root / "camera1").iterdir())
    recordings = DiskRecordings(root, Setups(Setup((Pattern(),))), output / ".held")
    clock = Clock(START + 60 * NANOS)
    store = DiskClipStore(output)
    store.open()
    cutter: Cutter = FfmpegCutter(ffmpeg(), root, timeout=30, held=output / ".held")
    if engine == "splice":
        cutter = Splicer(root, timeout=30, held=output / ".held")
    hold = FootageHold(root, output / ".held", 10**9)
    job = ClipJob(
        recordings, cutter, store, clock, answers=Answers(), patience=Patience(),
        windows=Windows(), hold=hold,
    )  # fmt: skip
    every = recordings.timeline("camera1", Span(START, clock.at), clock.at).segments
    window = Span(every[0].span.start + NANOS, every[-1].span.end + NANOS)
    clock.at = window.end + NANOS
    request = ClipRequest(
        "4a4c5a0b-3e0f-5a57-9f0e-0d6f3ad1a001", "i", "camera1", window.start, window,
        Precision.SEGMENTS, clock.now(),
    )  # fmt: skip
    assert isinstance(job.looker.look(request), Waiting)
    for file in files[:-1]:
        file.unlink()
    clock.at += 3600 * NANOS
    ready = job.looker.look(request)
    assert isinstance(ready, Ready)
    made = asyncio.run(job.answer(ready))
    assert isinstance(made, Made)
    answer = made.answer
    assert answer.outcome is Outcome.PARTIAL, "its last second was never recorded"
    (gap,) = answer.gaps
    assert to_ns(gap.start) == pytest.approx(window.end - NANOS, abs=2000)
    assert {clip.filename for clip in answer.source_clips} == {file.name for file in files}
    assert not any(path.is_file() for path in (output / ".held").rglob("*"))
    recordings.close()
    store.close()
