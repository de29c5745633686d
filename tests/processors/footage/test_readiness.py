"""When waiting is over."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.footage.coverage import cover
from processors.footage.readiness import NotYet, Patience, Ready, deadline, judge
from processors.footage.segment import Segment, SegmentState, Timeline
from tests.found import at, seconds, segment, span, timeline

WINDOW = span(-15, 5)
UNTIL = at(25)


def verdict(segments: list[Segment], now: float) -> Ready | NotYet:
    found = timeline(segments)
    return judge(WINDOW, found, cover(WINDOW, found, at(now)), at(now), UNTIL)


def test_a_closed_file_that_covers_the_end_is_enough() -> None:
    assert verdict([segment(-20, 6)], 6) == Ready("covered")


def test_the_whole_parts_of_a_growing_file_are_enough() -> None:
    closed, growing = segment(-20, 0), segment(0, 4.9, SegmentState.GROWING)
    assert verdict([closed, growing], 6) == NotYet(at(6.25), at(4.9))
    assert verdict([closed, segment(0, 5, SegmentState.GROWING)], 6) == Ready("covered")


def test_a_window_that_ends_where_a_file_ends_needs_no_other() -> None:
    assert verdict([segment(-20, 5)], 6) == Ready("covered")


def test_one_frame_behind_a_border_needs_the_next_file() -> None:
    assert isinstance(verdict([segment(-20, 4.96)], 6), NotYet)


def test_a_later_file_proves_that_the_camera_moved_on() -> None:
    before, later = segment(-20, 2), segment(7, 8, SegmentState.GROWING)
    assert verdict([before, later], 8.5) == Ready("moved_on")


def test_a_later_file_that_holds_nothing_yet_proves_nothing() -> None:
    before, later = segment(-20, 2), segment(5.1, 5.1, SegmentState.EMPTY)
    assert isinstance(verdict([before, later], 6), NotYet)


def test_an_inner_gap_does_not_keep_us_waiting() -> None:
    assert verdict([segment(-20, -3), segment(0, 6)], 6) == Ready("covered")


def test_an_unknown_camera_waits_until_the_deadline() -> None:
    assert isinstance(verdict([], 24.9), NotYet)
    assert verdict([], 25) == Ready("deadline")


def test_before_the_window_ends_nobody_looks() -> None:
    assert verdict([segment(-20, -10)], -9) == NotYet(at(5.25), at(-10))


@given(st.floats(-30, 24.9))
def test_looks_come_soon_then_seldom_and_never_behind_the_deadline(now: float) -> None:
    found = verdict([segment(-20, -10)], now)
    assert isinstance(found, NotYet)
    assert at(now) < found.look_at <= UNTIL
    assert found.look_at <= max(at(5.25), at(now + 2.5))


def test_a_deadline_comes_from_the_window_and_the_cameras_files() -> None:
    grows = timeline([segment(0, 5)])
    assert deadline(WINDOW, grows, Patience()) == at(5 + 20)
    assert deadline(WINDOW, grows, Patience(3)) == at(5 + 3)
    hour = Timeline("cam", known=True, segments=grows.segments, segment_length=3600.0)
    assert deadline(WINDOW, hour, Patience()) == at(5 + 7210)
    hour = Timeline(
        "cam", known=True, segments=grows.segments, segment_length=3600.0, fragmented=True
    )
    assert deadline(WINDOW, hour, Patience()) == at(5 + 70)


def test_a_camera_whose_files_come_late_is_waited_for_longer() -> None:
    files = (segment(-20, 2),)
    late = Timeline("cam", known=True, segments=files, segment_length=5.0, lag=seconds(90))
    assert deadline(WINDOW, late, Patience()) == at(5 + 20 + 90)
    copied = Timeline("cam", known=True, segments=files, segment_length=5.0, lag=seconds(86400))
    assert deadline(WINDOW, copied, Patience()) == at(5 + 20 + 600)
    assert deadline(WINDOW, late, Patience(3)) == at(5 + 3)


def test_what_moved_on_without_a_file_that_may_still_become_readable_waits_for_it() -> None:
    before, empty, later = segment(-20, 2), segment(2, 6, SegmentState.EMPTY), segment(6, 9)
    assert isinstance(verdict([before, empty, later], 8.5), NotYet)


def test_a_name_that_lies_about_the_future_proves_nothing() -> None:
    assert isinstance(verdict([segment(-20, 2), segment(86400, 86405)], 8.5), NotYet)


@pytest.mark.parametrize("poll", [0.05, 1.0])
def test_the_pace_can_be_set(poll: float) -> None:
    found = timeline([segment(-20, 4)])
    answer = judge(WINDOW, found, cover(WINDOW, found, at(5.1)), at(5.1), UNTIL, poll=poll)
    assert answer == NotYet(at(5.1) + seconds(poll), at(4))
