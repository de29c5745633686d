"""How a clip is cut whose incident says nothing about it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.cutting.plan import CutPlan, Piece
from processors.cutting.planner import plan_cut
from processors.cutting.precision import chosen
from processors.footage.segment import Segment, SegmentState
from schemas.incident import Precision
from schemas.instant import NANOS
from tests.movies import covered, seconds, segment, timeline

LIMIT = 90 * NANOS


def piece(length: float, state: SegmentState = SegmentState.COMPLETE) -> Piece:
    made = segment("a", 0, length, state=state)
    return Piece(made, made.zero, made.span)


def planned(*files: Segment, usual: float | None = None) -> CutPlan:
    window = seconds(60, 80)
    camera = replace(timeline(*files), segment_length=usual)
    plan = plan_cut(window, window.start, camera, covered(window), exact_above=LIMIT)
    assert plan is not None
    return plan


@pytest.mark.parametrize("asked", Precision, ids=str)
@given(length=st.integers(1, 10_000), usual=st.none() | st.floats(0, 4000))
def test_what_the_incident_says_is_done(asked: Precision, length: int, usual: float | None) -> None:
    assert chosen(asked, [piece(length)], usual, LIMIT) is asked


@pytest.mark.parametrize(
    ("lengths", "precision"),
    [
        ((5, 5, 5, 5), Precision.SEGMENTS),
        ((60.04, 62), Precision.SEGMENTS),
        ((90,), Precision.SEGMENTS),
        ((90.04,), Precision.EXACT),
        ((5, 3600), Precision.EXACT),
        ((3600, 5), Precision.EXACT),
    ],
)
def test_one_long_file_makes_it_exact(lengths: tuple[float, ...], precision: Precision) -> None:
    assert chosen(None, [piece(length) for length in lengths], 5.0, LIMIT) is precision


@given(st.integers(1, 3600))
def test_a_file_that_grows_counts_as_what_it_will_be(so_far: int) -> None:
    growing = piece(so_far, SegmentState.GROWING)
    assert chosen(None, [growing], 3600.0, LIMIT) is Precision.EXACT


def test_a_file_that_grows_is_at_least_as_long_as_it_is() -> None:
    growing = piece(200, SegmentState.GROWING)
    assert chosen(None, [growing], None, LIMIT) is Precision.EXACT
    assert chosen(None, [growing], 5.0, LIMIT) is Precision.EXACT


def test_only_files_that_the_clip_shows_count() -> None:
    files = [segment("long", -3600, 0), segment("short", 0, 85)]
    assert planned(*files).precision is Precision.SEGMENTS
    assert planned(segment("all", -3600, 85)).precision is Precision.EXACT


def test_a_file_that_ended_early_is_as_long_as_it_is_though_others_last_an_hour() -> None:
    assert planned(segment("a", 55, 85), usual=3600.0).precision is Precision.SEGMENTS
