"""What a worker may expect of recordings: those on disk and the scripted ones alike."""

from collections.abc import Callable
from pathlib import Path

import pytest

from processors.adapters.footage_disk import DiskRecordings
from processors.footage.coverage import cover
from processors.footage.pattern import Pattern
from processors.footage.segment import SegmentState
from processors.footage.setup import Setup, Setups
from processors.ports import Recordings
from processors.span import Span
from schemas.instant import NANOS
from tests.fakes.recordings import ScriptedRecordings
from tests.recordings import SMALL, take

FIRST = 1_795_508_607 * NANOS
"""2026-11-24 08:23:27 UTC: where the three files of camera1 begin, to a second."""
NOW = FIRST + 3600 * NANOS
INSIDE = Span(FIRST + 4 * NANOS, FIRST + 13 * NANOS)

Make = Callable[[Path], Recordings]


def scripted(_: Path) -> Recordings:
    recordings = ScriptedRecordings()
    recordings.film_live("camera1", FIRST, 15)
    return recordings


def on_disk(folder: Path) -> Recordings:
    take(SMALL / "mediamtx_clips", folder / "clips")
    return DiskRecordings(folder / "clips", Setups(Setup((Pattern("%path/%path_%Y%m%d_%H%M%S"),))))


@pytest.fixture(params=[scripted, on_disk])
def recordings(request: pytest.FixtureRequest, tmp_path: Path) -> Recordings:
    make: Make = request.param
    return make(tmp_path)


def test_a_camera_without_footage_is_unknown(recordings: Recordings) -> None:
    timeline = recordings.timeline("nobody", INSIDE, NOW)
    assert (timeline.camera, timeline.known, timeline.segments) == ("nobody", False, ())


def test_a_window_within_the_footage_is_covered(recordings: Recordings) -> None:
    timeline = recordings.timeline("camera1", INSIDE, NOW)
    assert timeline.known
    assert cover(INSIDE, timeline, NOW).share == 1.0
    assert {s.state for s in timeline.segments} == {SegmentState.COMPLETE}


def test_segments_are_in_order_and_touch(recordings: Recordings) -> None:
    segments = recordings.timeline("camera1", INSIDE, NOW).segments
    starts = [s.span.start for s in segments]
    assert len(starts) == 3
    assert starts == sorted(starts)
    assert {s.path.partition("/")[0] for s in segments} == {"camera1"}


def test_how_far_the_footage_reaches_is_said(recordings: Recordings) -> None:
    timeline = recordings.timeline("camera1", INSIDE, NOW)
    assert timeline.newest is not None
    assert INSIDE.end <= timeline.newest < FIRST + 20 * NANOS


def test_a_window_without_footage_has_none(recordings: Recordings) -> None:
    before = Span(FIRST - 7200 * NANOS, FIRST - 7100 * NANOS)
    timeline = recordings.timeline("camera1", before, NOW)
    assert timeline.known
    assert [s for s in timeline.segments if s.span.overlap(before)] == []
