"""Where files lie on the wall clock."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.footage.clock import Placed, place
from processors.footage.recording import Recording
from processors.mp4.movie import Mtxi
from schemas.instant import NANOS
from tests.found import at, mtxi, outline, reach, recording, seconds


def zeros(*found: Recording) -> list[Placed]:
    return sorted(place((r, r.starts[0]) for r in found), key=lambda p: p.recording.path)


def stream(*ntps: float, lead: str = "v") -> list[Recording]:
    """Files of 5 s of one unbroken stream, each with the wall clock that the recorder wrote."""
    return [
        recording(
            ntp,
            outline(
                reach("video", 0.0 if kind == "v" else 0.3, 5),
                *([reach("audio", 0, 5)] if kind == "a" else []),
                mtxi=mtxi(i, 5 * i, ntp),
            ),
            path=f"cam/{i:03d}.mp4",
        )
        for i, (ntp, kind) in enumerate(
            zip(ntps, lead * len(ntps) if len(lead) == 1 else lead, strict=True)
        )
    ]


def test_a_name_tells_nothing_of_sound_that_an_edit_list_hides() -> None:
    # ffmpeg keeps the sound that an encoder or decoder needs first, before the file's time 0.
    files = [outline(reach("video", 0, 2), reach("audio", -0.08, 2)) for _ in range(3)]
    found = [recording(2.0 * i, file) for i, file in enumerate(files)]

    assert [p.zero for p in place([(r, r.starts[0]) for r in found])] == [at(0), at(2), at(4)]


def test_a_stream_does_not_step_where_the_recorders_clock_does() -> None:
    placed = zeros(*stream(0.4, 5, 10, 15.3, 20, lead="vvvav"))
    assert [b.zero - a.zero for a, b in pairwise(placed)] == [seconds(5)] * 4
    assert placed[0].zero == at(0), "the first file's clock was late"


def test_the_first_file_counts_while_it_is_alone() -> None:
    (placed,) = zeros(*stream(0.4))
    assert placed.zero == at(0.4)
    assert placed.uncertainty >= seconds(0.7)


def test_sound_counts_where_no_picture_leads() -> None:
    placed = zeros(*stream(0.4, 5.1, 10.1, lead="aaa"))
    assert placed[2].zero == at(10.1)


def test_a_drifting_clock_is_followed() -> None:
    ntps = [5 * i * 0.998 for i in range(40)]
    placed = zeros(*stream(*ntps))
    assert all(abs(p.zero - at(ntp)) <= seconds(0.03) for p, ntp in zip(placed, ntps, strict=True))


def test_reordered_frames_move_the_first_frame_behind_the_files_zero() -> None:
    first = outline(reach("video", 0.04, 5.04, composition=0.04), mtxi=mtxi(1, 5, 5.04))
    (placed,) = zeros(recording(5, first))
    assert placed.zero == at(5), "the wall clock is that of the first frame shown"


@given(
    st.lists(st.floats(-0.5, 0.5), min_size=1, max_size=12),
    st.lists(st.sampled_from("va"), min_size=12, max_size=12),
)
def test_no_join_of_a_stream_steps_by_more_than_its_median_moves(
    noise: list[float], leads: list[str]
) -> None:
    ntps = [5 * i + n for i, n in enumerate(noise)]
    placed = zeros(*stream(*ntps, lead="".join(leads[: len(ntps)]) if len(ntps) > 1 else "v"))
    assert all(abs(p.zero - at(5 * i)) <= seconds(0.51) for i, p in enumerate(placed))
    assert len({p.stream for p in placed}) == 1


def test_a_new_stream_has_a_clock_of_its_own() -> None:
    one, two = stream(0, 5)
    new = Mtxi(b"t" * 16, 0, 0, at(22))
    other = recording(22, outline(mtxi=new), path="cam/100.mp4")
    placed = zeros(one, two, other)
    assert placed[2].zero == at(22)
    assert placed[2].stream != placed[1].stream


def named(*starts: float, length: float = 5.0, grain: int = NANOS) -> list[Recording]:
    """Files without `mtxi`, of names that are cut to whole seconds."""
    return [
        recording(
            start,
            outline(reach("video", 0, length), fragmented=False),
            grain=grain,
            path=f"cam/{i:03d}.mp4",
        )
        for i, start in enumerate(starts)
    ]


def test_names_cut_to_the_second_narrow_down_where_it_began() -> None:
    true = [10.63 + 5.28 * i for i in range(9)]
    placed = zeros(*named(*(int(t) for t in true), length=5.28))
    assert len({p.stream for p in placed}) == 1
    errors = [abs(p.zero - at(t)) for p, t in zip(placed, true, strict=True)]
    assert max(errors) < seconds(0.2)
    assert max(errors) <= max(p.uncertainty for p in placed)
    assert [b.zero - a.zero for a, b in pairwise(placed)] == [seconds(5.28)] * 8


def test_one_name_alone_is_taken_at_its_word_and_may_be_a_second_early() -> None:
    (placed,) = zeros(*named(10))
    assert placed.zero == at(10)
    assert placed.uncertainty == seconds(1)


def test_names_in_an_even_step_are_taken_at_their_word() -> None:
    """Whoever writes such names by hand means them: 14:30:00, 14:30:05, ..."""
    placed = zeros(*named(0, 5, 10, 15))
    assert [p.zero for p in placed] == [at(0), at(5), at(10), at(15)]


def test_a_hole_between_names_begins_a_new_stream() -> None:
    placed = zeros(*named(0, 5, 13, 18, grain=1000))
    assert len({p.stream for p in placed}) == 2
    assert placed[2].zero == at(13)


def test_another_configuration_begins_a_new_stream() -> None:
    one, two = named(0, 5, grain=1000)
    other = recording(5, outline(fragmented=False, signature="hevc"), path="cam/001.mp4")
    assert len({p.stream for p in zeros(one, two)}) == 1
    assert len({p.stream for p in zeros(one, other)}) == 2


def running(*rows: tuple[float, float]) -> list[Recording]:
    """MPEG-TS: (start by name, start by the stream's own time), 5 s each."""
    return [
        recording(name, outline(reach("video", own, own + 5), closes=False), path=f"cam/{i:03d}.ts")
        for i, (name, own) in enumerate(rows)
    ]


@pytest.mark.parametrize(
    ("said", "longest", "rest"),
    [
        (4.8, 0.3, 0.2),  # the sound goes on for so long
        (4.8, 0.04, 0.0),  # even pictures do not stand
        (4.5, 0.1, 0.0),  # that is no picture any more
        (5.2, 0.3, 0.0),  # nor did sound that is short
    ],
)
def test_the_last_of_uneven_pictures_stands_until_the_sound_of_the_next_file_begins(
    said: float, longest: float, rest: float
) -> None:
    files = [
        outline(reach("video", 0, said, longest=longest), reach("audio", 0.01, 5.01))
        for _ in range(3)
    ]
    found = [recording(5.0 * i, file) for i, file in enumerate(files)]

    first, second, third = (p.position for p in place([(r, r.starts[0]) for r in found]))

    assert second - first == third - second == seconds(said + rest)


def test_time_that_runs_on_across_files_is_the_streams_own() -> None:
    placed = zeros(*running((0.3, 100), (5, 105), (10.1, 110), (15, 115)))
    assert len({p.zero for p in placed}) == 1
    assert placed[0].zero + seconds(100) == at(0)


def test_time_that_does_not_run_on_is_a_new_stream() -> None:
    placed = zeros(*running((0, 100), (5, 105), (22, 1.4), (27, 6.4)))
    assert [p.zero + seconds(own) for p, own in zip(placed, (100, 105, 1.4, 6.4), strict=True)] == [
        at(0),
        at(5),
        at(22),
        at(27),
    ]


def test_time_of_a_transport_stream_wraps() -> None:
    wrap = 2**33 / 90_000
    placed = zeros(*running((0, wrap - 5), (5, 0), (10, 5)))
    assert len({p.stream for p in placed}) == 1
    said = [p.zero + p.recording.told for p in placed]
    assert all(abs(a - at(b)) <= 1 for a, b in zip(said, (0, 5, 10), strict=True))
