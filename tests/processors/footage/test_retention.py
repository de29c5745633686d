"""Which files may be deleted before they are cut."""

from dataclasses import replace

from processors.footage.retention import threatened
from processors.footage.segment import SegmentState
from tests.found import at, segment, span, timeline

WINDOW = span(2, 12)
FILES = [segment(0, 5), segment(5, 10), segment(10, 12, SegmentState.GROWING), segment(20, 25)]


def paths(oldest: float | None, now: float) -> list[str]:
    known = replace(timeline(FILES), oldest=None if oldest is None else at(oldest))
    return list(threatened(WINDOW, known, at(now)))


def test_footage_much_younger_than_the_oldest_is_safe() -> None:
    assert paths(oldest=-3600, now=20) == []


def test_footage_near_the_age_of_the_oldest_is_threatened_but_not_what_still_grows() -> None:
    assert paths(oldest=-600, now=1200) == [FILES[0].path, FILES[1].path]


def test_a_recorder_that_keeps_next_to_nothing_threatens_even_the_newest() -> None:
    assert paths(oldest=-30, now=20) == [FILES[0].path, FILES[1].path]


def test_nothing_is_known_of_a_camera_without_files() -> None:
    assert paths(oldest=None, now=20) == []
