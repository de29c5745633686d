"""What of a window is covered, and why the rest is missing."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.footage.coverage import cover
from processors.footage.segment import Segment, SegmentState
from processors.mp4.movie import Mtxi
from schemas.reason import GapCause
from tests.found import at, mtxi, seconds, segment, span, timeline

STATES = st.sampled_from(SegmentState)
SEGMENTS = st.lists(
    st.builds(
        lambda start, length, state: segment(start / 50, (start + length) / 50, state),
        st.integers(-2000, 3000),
        st.integers(0, 900),
        STATES,
    ),
    max_size=12,
)


@given(SEGMENTS, st.integers(-500, 500), st.integers(1, 1500), st.integers(0, 9000))
def test_spans_and_gaps_tile_the_window_exactly(
    segments: list[Segment], start: int, length: int, now: int
) -> None:
    window = span(start / 50, (start + length) / 50)
    found = cover(window, timeline(sorted(segments, key=lambda s: s.span)), at(now / 10))
    pieces = sorted([*found.spans, *(gap.span for gap in found.gaps)])
    assert pieces[0].start == window.start
    assert pieces[-1].end == window.end
    assert all(a.end == b.start for a, b in pairwise(pieces))
    assert all(piece.length for piece in pieces)
    assert found.share == pytest.approx(sum(s.length for s in found.spans) / window.length)
    assert all(a.end < b.start for a, b in pairwise(found.spans)), "spans that touch are one"


@given(SEGMENTS)
def test_covered_is_what_a_readable_file_covers_but_for_rounding(segments: list[Segment]) -> None:
    window = span(0, 20)
    found = cover(window, timeline(sorted(segments, key=lambda s: s.span)), at(9999))
    usable = [
        s.span
        for s in segments
        if s.state not in {SegmentState.EMPTY, SegmentState.UNREADABLE} and s.span.length
    ]
    for probe in range(0, 20_000, 170):
        instant = at(probe / 1000)
        near = any(s.start - seconds(0.06) <= instant <= s.end + seconds(0.06) for s in usable)
        inside = any(s.contains(instant) for s in usable)
        covered = any(s.contains(instant) for s in found.spans)
        assert covered or not inside
        assert near or not covered


def causes(segments: list[Segment], now: float = 9999) -> list[GapCause]:
    found = cover(span(0, 20), timeline(segments), at(now))
    return [gap.cause for gap in found.gaps]


def test_a_camera_that_was_away_was_not_recorded() -> None:
    assert causes([segment(-5, 8), segment(12, 30)]) == [GapCause.NOT_RECORDED]


def test_after_a_crash_the_recorder_was_down() -> None:
    crashed = segment(-5, 8, SegmentState.CRASHED)
    assert causes([crashed, segment(12, 30)]) == [GapCause.RECORDER_DOWN]


def test_a_file_that_cannot_be_read_is_the_cause() -> None:
    broken = segment(8, 12, SegmentState.UNREADABLE)
    assert causes([segment(-5, 8), broken, segment(12, 30)]) == [GapCause.UNREADABLE]


def test_what_has_no_end_yet_is_not_there_yet() -> None:
    assert causes([segment(-5, 8)], now=9) == [GapCause.NOT_YET]
    assert causes([segment(-5, 8), segment(8, 13, SegmentState.EMPTY)], now=9) == [GapCause.NOT_YET]
    assert causes([segment(-5, 8)], now=200) == [GapCause.NOT_RECORDED]


def test_before_the_first_file_of_the_first_stream_nothing_was_recorded() -> None:
    first = segment(6, 30, mtxi=mtxi(0, 0, 6))
    assert causes([first]) == [GapCause.NOT_RECORDED]


def test_files_that_came_before_the_oldest_have_expired() -> None:
    oldest = segment(6, 30, mtxi=Mtxi(b"s" * 16, 17, 0, at(6)))
    assert causes([oldest]) == [GapCause.EXPIRED]
    assert causes([segment(9000, 9005)]) == [GapCause.EXPIRED]


def test_half_a_frame_at_an_edge_is_rounding_but_a_frame_is_not() -> None:
    assert cover(span(0, 20), timeline([segment(0.02, 19.98)]), at(99)).share == 1
    assert len(cover(span(0, 20), timeline([segment(0.03, 19.96)]), at(99)).gaps) == 2


def test_two_files_that_claim_the_same_time_count_once() -> None:
    found = cover(span(0, 20), timeline([segment(-1, 12), segment(9, 18)]), at(99))
    assert found.spans == (span(0, 18),)


def test_behind_a_file_that_cannot_be_read_there_may_still_be_some_to_come() -> None:
    broken = segment(5, 10, SegmentState.UNREADABLE)
    found = cover(span(0, 20), timeline([segment(-5, 5), broken]), at(21))
    assert [(gap.span, gap.cause) for gap in found.gaps] == [
        (span(5, 10), GapCause.UNREADABLE),
        (span(10, 20), GapCause.NOT_YET),
    ]
    assert causes([segment(-5, 5), broken], now=9999) == [GapCause.UNREADABLE]


def test_a_file_that_claims_to_be_of_the_future_does_not_end_the_wait() -> None:
    known = replace(timeline([segment(-5, 8), segment(86400, 86405)]), newest=at(8))
    (gap,) = cover(span(0, 20), known, at(21)).gaps
    assert gap.cause is GapCause.NOT_YET
