"""What an operator is told of a camera."""

import pytest

from processors.footage.report import Tally, report
from processors.footage.segment import Segment, SegmentState, Timeline
from processors.span import Span
from schemas.camera_report import CameraReport
from schemas.instant import NANOS, from_ns

NOW = 1_795_000_000 * NANOS
FORM = (("video", "avc1", b"\x01\x42\xc0\x1e"), ("audio", "ipcm", b""))


def segment(ago: float, state: SegmentState = SegmentState.COMPLETE, problem: str = "") -> Segment:
    """Five seconds that end so many seconds ago."""
    end = NOW - round(ago * NANOS)
    return Segment("cam/x.mp4", Span(end - 5 * NANOS, end), state, 1, FORM, problem=problem)


def told(
    *segments: Segment,
    length: float | None = 5.0,
    name_off: int = 0,
    misnamed: tuple[tuple[str, int], ...] = (),
) -> CameraReport:
    tally = Tally()
    tally.count(NOW - 100 * NANOS + name_off, 7)
    tally.count(NOW - 5 * NANOS + name_off, 3)
    timeline = Timeline(
        "cam",
        known=True,
        segments=segments,
        segment_length=length,
        name_off=name_off,
        misnamed=misnamed,
    )
    return report(tally, timeline, NOW)


def test_a_camera_that_records_has_no_problems() -> None:
    found = told(segment(6.5), segment(1.5, SegmentState.GROWING))
    assert found.problems == ()
    assert (found.newest, found.lag_seconds) == (from_ns(NOW - 1_500_000_000), 1.5)
    assert (found.segments, found.bytes, found.segment_seconds) == (2, 10, 5.0)
    assert found.oldest == from_ns(NOW - 100 * NANOS)
    assert found.codecs == ("avc1.42c01e", "ipcm")


@pytest.mark.parametrize(
    ("segments", "length", "words"),
    [
        ((segment(61),), 5.0, "is not recording: nothing new for 61 s"),
        ((segment(-60),), 5.0, "its clock is 60 s ahead of ours"),
        ((), None, "none of its newest files can be read"),
        ((segment(2), segment(1, SegmentState.UNREADABLE, "has 0 bytes")), 5.0, "has 0 bytes"),
    ],
)
def test_what_is_wrong_is_said(
    segments: tuple[Segment, ...], length: float | None, words: str
) -> None:
    (problem,) = told(*segments, length=length).problems
    assert words in problem


def test_an_hour_long_file_that_cannot_be_read_while_it_grows_is_no_problem() -> None:
    assert told(segment(3000), length=3600.0).problems == ()


def test_names_in_another_zone_are_a_problem_and_times_are_right() -> None:
    found = told(segment(1), name_off=19800 * NANOS)
    assert "+19800 s" in found.problems[0]
    assert found.name_off_seconds == 19800.0
    assert found.oldest == from_ns(NOW - 100 * NANOS)


def test_a_single_wrong_name_is_a_problem_of_that_file() -> None:
    found = told(segment(1), misnamed=(("cam/copy.mp4", -3600 * NANOS),))
    assert found.problems == (
        "cam/copy.mp4 has a name that is -3600 s off the recorder's clock in it",
    )
    assert found.name_off_seconds == -3600.0
