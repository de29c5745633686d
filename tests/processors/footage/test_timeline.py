"""Timelines from what was found."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from processors.footage.recording import Recording
from processors.footage.segment import SegmentState
from processors.footage.timeline import build
from processors.mp4.movie import Mtxi
from processors.mp4.outline import Reach
from tests.found import at, mtxi, outline, reach, recording, seconds, span


def stream(noise: list[float], first: int = 0) -> list[Recording]:
    """Files of 5 s of an unbroken stream whose wall clocks are off by `noise`."""
    return [
        recording(
            5 * i + off,
            outline(mtxi=mtxi(i, 5 * i, 5 * i + off)),
            path=f"cam/{i:03d}.mp4",
        )
        for i, off in enumerate(noise, start=first)
    ]


@given(st.lists(st.floats(-0.6, 0.6), min_size=2, max_size=12))
def test_no_join_of_an_unbroken_stream_is_a_gap_or_an_overlap(noise: list[float]) -> None:
    segments = build("cam", stream(noise), at(1000)).segments
    assert all(a.span.end == b.span.start for a, b in pairwise(segments))
    assert [s.path for s in segments] == [f"cam/{i:03d}.mp4" for i in range(len(noise))]


def test_a_missing_file_of_a_stream_is_a_gap() -> None:
    found = stream([0, 0, 0, 0])
    segments = build("cam", [*found[:2], *found[3:]], at(1000)).segments
    assert [(s.span.start, s.span.end) for s in segments] == [
        (at(0), at(5)),
        (at(5), at(10)),
        (at(15), at(20)),
    ]


def test_a_file_cut_short_is_a_gap_before_the_next() -> None:
    found = stream([0, 0, 0])
    short = outline(reach("video", 0, 3), mtxi=mtxi(1, 5, 5))
    found[1] = recording(5, short, path="cam/001.mp4")
    segments = build("cam", found, at(1000)).segments
    assert segments[1].span == span(5, 8)


def test_a_stream_that_begins_anew_keeps_its_distance() -> None:
    new = recording(22, outline(mtxi=Mtxi(b"n" * 16, 0, 0, at(22))), path="cam/100.mp4")
    segments = build("cam", [*stream([0, 0]), new], at(1000)).segments
    assert segments[-1].span == span(22, 27)
    assert segments[-2].span.end == at(10)


def test_a_growing_file_counts_up_to_what_no_later_frame_can_change() -> None:
    growing = outline(
        Reach("video", 0, 0, 0, seconds(2.08), seconds(2.0), 52), mtxi=mtxi(1, 5, 5), duration=0
    )
    found = [*stream([0]), recording(5, growing, mtime=7, path="cam/001.mp4")]
    timeline = build("cam", found, at(7.2))
    assert timeline.segments[-1].state is SegmentState.GROWING
    assert timeline.segments[-1].span == span(5, 7)
    assert timeline.newest == at(7)
    assert timeline.fragmented


def test_what_cannot_be_read_stands_where_its_name_says_until_the_next() -> None:
    found = stream([0, 0, 0, 0])
    found[2] = recording(10, None, problem="no MP4", path="cam/002.mp4")
    broken = build("cam", found, at(1000)).segments[2]
    assert broken.state is SegmentState.UNREADABLE
    assert broken.span == span(10, 15)
    assert broken.problem == "no MP4"


def test_neighbours_of_which_only_the_beginning_was_read_tell_the_time_only() -> None:
    late, *others = stream([0.5, 0, 0, 0])
    heads = [recording(o.starts[0] / 1e9, o.outline, path=o.path, partial=True) for o in others[1:]]
    timeline = build("cam", [late, others[0], *heads], at(1000))
    assert [s.path for s in timeline.segments] == [late.path, others[0].path]
    assert timeline.segments[0].zero == at(0)


def test_a_name_that_disagrees_with_its_file_is_told() -> None:
    found = recording(3600, outline(mtxi=mtxi(1, 5, 5)), path="cam/a.mp4")
    (segment,) = build("cam", [found], at(9999)).segments
    assert segment.span == span(5, 10)
    assert segment.name_off == seconds(3595)


def test_nothing_found_is_no_camera_unless_it_has_files_elsewhere() -> None:
    assert not build("cam", [], at(0)).known
    far = build("cam", [], at(0), oldest=at(-900), newest=at(-800))
    assert far.known
    assert far.newest == at(-800)


def test_the_usual_length_is_that_between_starts() -> None:
    assert build("cam", stream([0.3, 0, 0, 0]), at(1000)).segment_length == 5
    assert build("cam", stream([0]), at(1000)).segment_length is None
