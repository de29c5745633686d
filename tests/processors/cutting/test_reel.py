from array import array
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.cutting.plan import CutPlan
from processors.cutting.reel import lay_reel, round_div
from processors.errors import CutError
from schemas.clip import Sound
from schemas.instant import NANOS
from tests.clips import MS, plan_of
from tests.movies import audio, movie, mtxi, segment, track, video


def plan_at(*starts: float, lead: float = 0) -> CutPlan:
    """Files of 5 s, the numbers of one stream where they follow one another."""
    return plan_of(
        [
            segment(f"{n}", start, start + 5, lead=lead, mark=mtxi(n, round(start * NANOS)))
            for n, start in enumerate(starts)
        ]
    )


def test_time_0_is_the_first_frame_and_a_join_is_one_frame_long() -> None:
    reel = lay_reel(plan_at(100, 105), [movie(video()), movie(video())])

    assert reel.origin == 100 * NANOS
    assert list(reel.video.dts[:2]) == [0, 3600]
    assert reel.video.joins == (125,)
    assert reel.video.dts[125] - reel.video.dts[124] == 3600
    assert reel.length == 10 * NANOS
    assert reel.audio is None


def test_a_file_is_used_up_to_where_the_next_one_takes_over() -> None:
    plan = plan_of([segment("1", 100, 106), segment("2", 104, 110)])

    reel = lay_reel(plan, [movie(video(150), audio(281)), movie(video(150), audio(281))])

    assert [len(part) for part in reel.video.parts] == [100, 150]
    assert {b - a for a, b in pairwise(reel.video.dts)} == {3600}
    assert reel.length == 10 * NANOS
    assert reel.audio is not None
    assert min(b - a for a, b in pairwise(reel.audio.dts)) >= 512


def test_a_file_of_which_no_frame_is_shown_gives_none() -> None:
    # Five frames a second, and the next file takes over 0.06 s after the first frame.
    plan = plan_of([segment("1", 100, 101), segment("2", 100.06, 110)])
    slow = track("video", 5, 18_000, 90_000)

    reel = lay_reel(plan, [movie(slow), movie(video(248))])

    assert [part.source for part in reel.video.parts] == [1]
    assert len(reel.video) == 248


def test_frames_are_not_torn_from_those_that_lean_on_them() -> None:
    # Decoded in another order than shown, and the next file begins between such frames.
    plan = plan_of([segment("1", 100, 106), segment("2", 103.96, 110)])
    reordered = video(150, compositions=(3600, 10_800, 0))

    with pytest.raises(CutError, match="reordered"):
        lay_reel(plan, [movie(reordered), movie(video(151))])


def test_sound_keeps_its_distance_from_the_picture() -> None:
    # The file begins with sound, 0.3 s before the picture.
    movies = [movie(video(start=27_000), audio(250)) for _ in range(2)]

    reel = lay_reel(plan_at(100, 105, lead=0.3), movies)

    assert reel.audio is not None
    assert reel.origin == 100 * NANOS
    # Frame 15 of the sound, at 0.32 s of the file, is the first after the first picture.
    assert reel.audio.parts[0].first == 15
    assert reel.audio.nanos(reel.audio.dts[0]) == pytest.approx(20 * MS, abs=10_000)


def test_the_second_file_goes_on_where_the_sound_of_the_first_one_ends() -> None:
    reel = lay_reel(plan_at(100, 105), [movie(video(), audio(240)), movie(video(), audio(240))])

    assert reel.audio is not None
    steps = {b - a for a, b in zip(reel.audio.dts, reel.audio.dts[1:], strict=False)}
    assert min(steps) >= 512
    assert max(steps) <= 1024 + 512
    assert reel.audio.end <= 10 * 48_000 + 1024


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 400_000), st.integers(0, 2000)), min_size=1, max_size=30),
        min_size=2,
        max_size=2,
    )
)
def test_sound_rises_whatever_its_times_say(files: list[list[tuple[int, int]]]) -> None:
    movies = []
    for rows in files:
        sound = audio(len(rows))
        sound.samples.dts[:] = array("q", [at for at, _ in rows])
        sound.samples.duration[:] = array("I", [length for _, length in rows])
        movies.append(movie(video(), sound))

    reel = lay_reel(plan_at(100, 105), movies)

    if reel.audio is None:
        return
    assert min(reel.audio.steps) > 0
    held = [(part.first, part.stop, part.source) for part in reel.audio.parts]
    assert held == sorted(held, key=lambda part: (part[2], part[0]))
    assert sum(len(part) for part in reel.audio.parts) == len(reel.audio)
    rising = all(a < b for rows in files for (a, _), (b, _) in pairwise(rows))
    assert (reel.sound is Sound.COPIED) <= rising


def test_sound_that_falls_back_goes_on_where_it_was() -> None:
    sound = audio(240)
    sound.samples.dts[120:] = array("q", [at - 48_000 for at in sound.samples.dts[120:]])

    reel = lay_reel(plan_at(100), [movie(video(), sound)])

    assert reel.sound is Sound.PARTIAL
    assert reel.audio is not None
    assert [(part.first, part.stop) for part in reel.audio.parts] == [(0, 120), (167, 240)]


def test_sound_that_jumps_far_ahead_does_not_keep_out_that_of_the_next_file() -> None:
    sound = audio(240)
    sound.samples.dts[120:] = array("q", [at + 480_000 for at in sound.samples.dts[120:]])

    reel = lay_reel(plan_at(100, 105), [movie(video(), sound), movie(video(), audio(234))])

    assert reel.sound is Sound.PARTIAL
    assert reel.audio is not None
    assert [len(part) for part in reel.audio.parts] == [120, 234]


def test_rounding_never_adds_up() -> None:
    # Streams of 30000/1001 frames a second do not fit whole nanoseconds.
    step = 1001 / 30000
    starts = [n * 150 * step for n in range(40)]
    files = [
        segment(f"{n}", start, start + 150 * step, mark=mtxi(n, int(start * NANOS)))
        for n, start in enumerate(starts)
    ]
    movies = [movie(video(150)) for _ in files]
    for held in movies:
        track = held.tracks[0]
        for i in range(150):
            track.samples.dts[i] = i * 3003
            track.samples.duration[i] = 3003

    reel = lay_reel(plan_of(files), movies)

    joins = [reel.video.dts[i] - reel.video.dts[i - 1] for i in reel.video.joins]
    assert set(joins) <= {3002, 3003, 3004}
    assert abs(reel.video.dts[-1] - 3003 * (40 * 150 - 1)) <= 1


def test_a_gap_stays_as_long_as_it_was() -> None:
    reel = lay_reel(plan_at(100, 108), [movie(video(), audio()), movie(video(), audio())])

    assert reel.audio is not None
    at = reel.video.joins[0]
    assert reel.video.dts[at] - reel.video.dts[at - 1] == 3 * 90_000 + 3600
    at = reel.audio.joins[0]
    assert reel.audio.dts[at] == 8 * 48_000
    assert reel.length == 13 * NANOS


def test_frames_that_nobody_can_decode_are_left_out_at_the_start_of_a_stream() -> None:
    late = movie(video(first_sync=24), audio())

    first = lay_reel(plan_at(100), [late])
    assert first.heads == (24,)
    assert len(first.video) == 101
    assert first.origin == 100 * NANOS + 24 * 40 * MS
    assert first.audio is not None
    assert 0 <= first.audio.dts[0] < 1024

    # In the middle of an unbroken stream they lean on the frames of the file before.
    assert lay_reel(plan_at(100, 105), [movie(video()), late]).heads == (0, 0)


def test_b_frames_are_shown_from_0_and_decoded_before_it() -> None:
    held = movie(video(compositions=[7200, 14400, 3600, 3600]))

    reel = lay_reel(plan_at(100, lead=-0.08), [held])

    assert reel.video.dts[0] == -7200
    assert reel.origin == 100 * NANOS + 160 * MS
    assert reel.length == pytest.approx(5 * NANOS, abs=80 * MS)


def test_edit_lists_move_the_tracks_as_a_player_would() -> None:
    held = movie(
        video(compositions=[7200], edit=(7200, 0)),
        audio(edit=(1024, 480)),
    )

    reel = lay_reel(plan_at(100), [held])

    assert reel.origin == 100 * NANOS
    assert reel.audio is not None
    assert reel.audio.parts[0].shift == 480 - 1024


def test_a_file_without_sound_in_the_middle_is_silent() -> None:
    movies = [movie(video(), audio()), movie(video()), movie(video(), audio())]

    reel = lay_reel(plan_at(100, 105, 110), movies)

    assert reel.audio is not None
    assert len(reel.audio.parts) == 2
    assert reel.audio.dts[reel.audio.joins[0]] == 10 * 48_000


@pytest.mark.parametrize(
    ("movies", "words"),
    [
        ([movie(video()), movie(audio())], "no picture"),
        ([movie(video(first_sync=200)), movie(video())], "no frame at which decoding can start"),
        ([movie(video(200)), movie(video())], "before the one before it has ended"),
    ],
)
def test_what_cannot_be_laid_is_said(movies: list[object], words: str) -> None:
    with pytest.raises(CutError, match=words):
        lay_reel(plan_at(100, 105), movies)  # type: ignore[arg-type]


@pytest.mark.parametrize(("top", "bottom", "want"), [(7, 2, 4), (-7, 2, -3), (5, 3, 2), (0, 9, 0)])
def test_round_div(top: int, bottom: int, want: int) -> None:
    assert round_div(top, bottom) == want
