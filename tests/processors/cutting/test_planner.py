from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from processors.cutting.planner import plan_cut
from processors.footage.coverage import Gap
from processors.footage.segment import SegmentState
from processors.span import Span
from schemas.instant import NANOS
from schemas.reason import GapCause
from tests.movies import covered, gaps_between, mtxi, seconds, segment, timeline

S = NANOS


def test_the_files_that_touch_the_window_become_pieces_in_order() -> None:
    files = [segment(f"{i}", 5 * i, 5 * i + 5) for i in range(6)]
    window = seconds(7, 22)

    plan = plan_cut(window, 18 * S, timeline(*files), covered(window))

    assert plan is not None
    assert [piece.segment.path for piece in plan.pieces] == ["1", "2", "3", "4"]
    assert plan.span == seconds(5, 25)
    assert plan.slots == (5 * S,) * 4
    assert plan.share == 1.0
    assert plan.shows(18 * S)


def test_no_file_that_can_be_used_gives_no_plan() -> None:
    window = seconds(0, 5)
    broken = segment("x", 0, 5, state=SegmentState.UNREADABLE)

    assert plan_cut(window, 0, timeline(), covered(window)) is None
    assert plan_cut(window, 0, timeline(broken), covered(window)) is None


def test_growing_and_crashed_files_are_used() -> None:
    window = seconds(0, 10)
    files = [
        segment("dead", 0, 5, state=SegmentState.CRASHED),
        segment("live", 5, 9, state=SegmentState.GROWING),
    ]

    plan = plan_cut(window, 0, timeline(*files), covered(window))

    assert plan is not None
    assert len(plan.pieces) == 2


def test_within_a_stream_the_recorders_own_clock_places_the_files() -> None:
    # The wall clock says that the second file starts 0.3 s before the first one ends.
    first = segment("1", 0, 5, mark=mtxi(4, 100 * S), lead=0.2)
    second = segment("2", 4.7, 9.7, mark=mtxi(5, 105 * S), lead=0.2)
    window = seconds(0, 9)

    plan = plan_cut(window, 0, timeline(first, second), covered(window))

    assert plan is not None
    assert plan.slots == (5 * S, 5 * S)
    assert plan.pieces[1].zero == plan.pieces[0].zero + 5 * S
    assert plan.pieces[1].seamless
    assert plan.span == seconds(0, 10)


def test_a_lost_file_in_the_middle_of_a_stream_stays_a_hole() -> None:
    first = segment("1", 0, 5, mark=mtxi(4, 100 * S))
    third = segment("3", 10, 15, mark=mtxi(6, 110 * S))
    window = seconds(0, 15)
    gap = Gap(seconds(5, 10), GapCause.NOT_RECORDED)

    plan = plan_cut(window, 0, timeline(first, third), covered(window, gap))

    assert plan is not None
    assert plan.slots == (10 * S, 5 * S)
    assert not plan.pieces[1].seamless
    assert plan.gaps == (gap,)
    assert not plan.shows(7 * S)


def test_a_second_recording_of_the_same_time_does_not_interrupt_the_stream() -> None:
    first = segment("1", 0, 5, mark=mtxi(1, 0))
    again = segment("x", 3, 8, mark=mtxi(7, 0, stream=bytes(16)))
    second = segment("2", 5, 10, mark=mtxi(2, 5 * S))
    window = seconds(0, 10)

    plan = plan_cut(window, 0, timeline(first, again, second), covered(window))

    assert plan is not None
    assert [piece.segment.path for piece in plan.pieces] == ["1", "2"]
    assert plan.gaps == ()


def test_what_was_shown_before_is_not_shown_again_as_something_later() -> None:
    first, again = segment("1", 0, 5), segment("x", 1, 6)
    window = seconds(0, 6)

    for mixed in (False, True):
        plan = plan_cut(window, 0, timeline(first, again), covered(window), mixed=mixed)

        assert plan is not None
        assert [piece.segment.path for piece in plan.pieces] == ["1"]
        assert [gap.span for gap in plan.gaps] == [seconds(5, 6)]


def test_files_of_a_recorder_that_lets_them_overlap_take_over_from_one_another() -> None:
    files = [segment(f"{i}", 4 * i, 4 * i + 6) for i in range(3)]
    window = seconds(0, 14)

    plan = plan_cut(window, 0, timeline(*files), covered(window))

    assert plan is not None
    assert [piece.span for piece in plan.pieces] == [seconds(0, 4), seconds(4, 8), seconds(8, 14)]
    assert [piece.until for piece in plan.pieces] == [4 * S, 8 * S, None]
    assert [piece.zero for piece in plan.pieces] == [file.zero for file in files]
    assert plan.gaps == ()


def test_a_file_that_is_moved_behind_where_the_next_one_begins_gives_way_to_it() -> None:
    # The first two clocks may be off each other, so the second file is taken to begin at 1.2 s.
    files = [segment("1", 1, 1.2), segment("2", 1.149, 1.799), segment("3", 1.149, 2.449)]
    window = seconds(0, 10)

    plan = plan_cut(window, 0, timeline(*files), covered(window))

    assert plan is not None
    assert [piece.segment.path for piece in plan.pieces] == ["1", "3"]
    assert [piece.span for piece in plan.pieces] == [seconds(1, 1.149), seconds(1.149, 2.449)]
    assert plan.gaps == ()


def test_a_file_between_two_that_touch_is_left_out() -> None:
    files = [segment("1", 0, 4), segment("x", 2, 6), segment("2", 4, 8)]
    window = seconds(0, 8)

    plan = plan_cut(window, 0, timeline(*files), covered(window))

    assert plan is not None
    assert [piece.segment.path for piece in plan.pieces] == ["1", "2"]
    assert plan.gaps == ()


def test_files_of_two_streams_never_overlap() -> None:
    old = segment("old", 0, 5, mark=mtxi(4, 100 * S))
    new = segment("new", 4.8, 9.8, mark=mtxi(0, 0, stream=bytes(16)))
    newer = segment("newer", 9.6, 14.6, mark=mtxi(1, 5 * S, stream=bytes(16)))
    window = seconds(0, 14)

    plan = plan_cut(window, 0, timeline(old, new, newer), covered(window))

    assert plan is not None
    assert plan.slots == (5 * S, 5 * S, 5 * S)


def test_what_is_no_gap_for_the_timeline_is_none_in_the_clip() -> None:
    files = [segment("1", 0, 4.98), segment("2", 5, 10)]
    window = seconds(0, 10)

    plan = plan_cut(window, 0, timeline(*files), covered(window))

    assert plan is not None
    assert plan.slots[0] == round(4.98 * S)


def test_a_gap_keeps_its_length() -> None:
    files = [segment("1", 0, 5), segment("2", 8, 13)]
    window = seconds(0, 13)

    plan = plan_cut(window, 0, timeline(*files), covered(window, *gaps_between(files)))

    assert plan is not None
    assert plan.slots == (8 * S, 5 * S)


def test_of_files_that_do_not_match_those_with_the_incident_are_kept() -> None:
    files = [segment("1", 0, 5), segment("2", 5, 10), segment("3", 10, 15, kind="b")]
    window = seconds(0, 15)

    plan = plan_cut(window, 12 * S, timeline(*files), covered(window))

    assert plan is not None
    assert [piece.segment.path for piece in plan.pieces] == ["3"]
    assert {gap.cause for gap in plan.gaps} == {GapCause.MISMATCH}
    assert sum(gap.span.length for gap in plan.gaps) == 10 * S
    assert plan.share == 1 - 10 / 15


def test_a_cutter_that_can_join_them_gets_files_that_do_not_match() -> None:
    files = [segment("1", 0, 5), segment("2", 5, 10, kind="b"), segment("3", 12, 17)]
    window = seconds(0, 17)
    gaps = gaps_between(files)

    plan = plan_cut(window, S, timeline(*files), covered(window, *gaps), mixed=True)

    assert plan is not None
    assert [piece.segment.path for piece in plan.pieces] == ["1", "2", "3"]
    assert not plan.joinable
    assert plan.gaps == gaps


def test_a_file_that_does_not_match_is_left_out_where_nothing_is_lost_by_it() -> None:
    files = [segment("1", 0, 5), segment("2", 5, 10, kind="b")]
    window = seconds(0, 5.02)

    plan = plan_cut(window, S, timeline(*files), covered(window), mixed=True)

    assert plan is not None
    assert [piece.segment.path for piece in plan.pieces] == ["1"]
    assert plan.joinable


def test_where_nothing_shows_the_incident_most_of_the_window_is_kept() -> None:
    files = [segment("1", 0, 5, kind="b"), segment("2", 5, 10), segment("3", 12, 17)]
    window = seconds(0, 17)
    gaps = gaps_between(files)

    plan = plan_cut(window, 11 * S, timeline(*files), covered(window, *gaps))

    assert plan is not None
    assert [piece.segment.path for piece in plan.pieces] == ["2", "3"]
    assert plan.gaps == (Gap(seconds(0, 5), GapCause.MISMATCH), *gaps)


def test_files_around_one_that_does_not_match_are_joined() -> None:
    files = [segment("1", 0, 5), segment("2", 5, 10, kind="b"), segment("3", 10, 15)]
    window = seconds(0, 15)

    plan = plan_cut(window, S, timeline(*files), covered(window))

    assert plan is not None
    assert plan.slots == (10 * S, 5 * S)
    assert plan.gaps == (Gap(seconds(5, 10), GapCause.MISMATCH),)


def test_a_copy_of_a_file_is_shown_once() -> None:
    files = [segment("1", 0, 5), segment("1 (copy)", 0, 5), segment("2", 5, 10)]
    window = seconds(0, 10)

    plan = plan_cut(window, 0, timeline(*files), covered(window))

    assert plan is not None
    assert [piece.segment.path for piece in plan.pieces] == ["1", "2"]
    assert plan.gaps == ()


@given(
    st.lists(
        st.tuples(st.integers(-900, 8000), st.integers(200, 9000), st.sampled_from("ab")),
        min_size=1,
        max_size=8,
    ),
    st.integers(0, 40_000),
)
def test_pieces_never_overlap_and_shares_are_shares(
    files: list[tuple[int, int, str]], at: int
) -> None:
    made, clock = [], 1000
    for number, (pause, length, kind) in enumerate(files):
        clock = max(0, clock + pause)
        one = segment(f"{number}", clock / 1000, (clock + length) / 1000, kind=kind)
        made.append(replace(one, size=number))
        clock += length
    made.sort(key=lambda s: s.span)
    window = Span(0, 40 * S)

    plan = plan_cut(window, at * 1_000_000, timeline(*made), covered(window))

    if plan is None:
        assert not any(s.span.overlap(window) for s in made)
        return
    spans = [piece.span for piece in plan.pieces]
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert len({piece.segment.signature for piece in plan.pieces}) == 1
    assert 0 <= plan.share <= 1
    assert list(plan.gaps) == sorted(plan.gaps, key=lambda gap: gap.span)
