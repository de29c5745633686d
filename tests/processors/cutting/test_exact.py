"""Which frames an exact clip shows, and what it hides."""

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from processors.cutting.exact import lay_exact
from processors.cutting.plan import CutPlan
from processors.cutting.reel import Reel
from processors.errors import CutError
from processors.mp4.movie import Movie
from processors.span import Span
from schemas.instant import NANOS
from tests.clips import MS, plan_of
from tests.movies import audio, movie, mtxi, seconds, segment, video

FRAME = 40 * MS


def window(start: float, end: float, *, gap: bool = False) -> CutPlan:
    """Files of 5 s from 100 s, with 3 s between them if there is a `gap`."""
    starts = (100, 108) if gap else (100, 105)
    marks = [mtxi(n, round(at * NANOS)) for n, at in enumerate(starts)]
    files = [
        segment(str(n), at, at + 5, mark=mark)
        for n, (at, mark) in enumerate(zip(starts, marks, strict=True))
    ]
    return plan_of(files, seconds(start, end))


def lay(plan: CutPlan, *, compositions: tuple[int, ...] = (0,), **more: int) -> Reel:
    movies = [movie(video(compositions=compositions, **more), audio()) for _ in plan.pieces]
    return lay_exact(plan, movies)


def shown(reel: Reel) -> list[int]:
    """Wall clock of the frames that are shown, in order."""
    video = reel.video
    times = [video.nanos(a + b) for a, b in zip(video.dts, video.composition, strict=True)]
    return sorted(reel.origin + at for at in times if 0 <= at < reel.length)


def frames(start: float, count: int) -> list[float]:
    return [pytest.approx(start * NANOS + i * FRAME, abs=20_000) for i in range(count)]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("span", "first", "count", "lead"),
    [
        ((101.5, 102.5), 101.52, 25, 13),
        ((101, 102), 101.0, 25, 0),
        ((100, 105), 100.0, 125, 0),
        ((104.5, 106.25), 104.52, 44, 13),
        ((105, 105.01), 105.0, 1, 0),
        ((101.5, 101.53), 101.52, 1, 13),
        ((104.97, 105.02), 105.0, 1, 0),
        ((90, 100.1), 100.0, 3, 0),
        ((109.9, 200), 109.92, 2, 23),
    ],
)
def test_frames_that_begin_in_the_window_are_shown(
    span: tuple[float, float], first: float, count: int, lead: int
) -> None:
    reel = lay(window(*span))

    assert shown(reel) == frames(first, count)
    assert reel.lead_in == lead * FRAME
    assert len(reel.video) == lead + count
    assert reel.video.sync[0]
    assert reel.span.start >= seconds(*span).start - 20_000
    assert reel.span.end <= seconds(*span).end + 20_000


def test_sound_is_cut_to_the_same_instant() -> None:
    reel = lay(window(101.5, 102.5))

    assert reel.audio is not None
    starts = [reel.audio.nanos(at) for at in reel.audio.dts]
    assert 0 <= starts[0] < 22 * MS
    assert reel.length - 22 * MS <= starts[-1] < reel.length


def test_a_window_across_a_gap_keeps_its_length() -> None:
    reel = lay(window(104, 109, gap=True))

    assert shown(reel) == frames(104, 25) + frames(108, 25)
    assert reel.length == pytest.approx(5 * NANOS, abs=20_000)


def test_a_window_that_begins_in_a_gap_begins_after_it() -> None:
    plan = window(106, 109, gap=True)
    reel = lay(plan)

    assert shown(reel) == frames(108, 25)
    assert reel.origin == 108 * NANOS
    assert reel.lead_in == 0


def test_a_window_that_ends_in_a_gap_does_not_hold_its_last_frame() -> None:
    reel = lay(window(104, 107, gap=True))

    assert shown(reel) == frames(104, 25)
    assert reel.span.end == pytest.approx(105 * NANOS, abs=20_000)


def test_what_cannot_be_decoded_is_not_shown() -> None:
    assert shown(lay(window(100, 102), first_sync=24))[0] == pytest.approx(100.96 * NANOS, abs=2e4)


@pytest.mark.parametrize("span", [(101.501, 101.509), (101.53, 101.55)])
def test_a_window_between_two_frames_is_refused(span: tuple[float, float]) -> None:
    with pytest.raises(CutError, match="no frame begins"):
        lay(window(*span))


B_FRAMES = [(0,), (3600, 10800, 0, 0), (7200, 18000, 7200, 0, 3600)]


@settings(deadline=None)
@given(
    start=st.integers(100_000, 109_000),
    length=st.integers(80, 9000),
    compositions=st.sampled_from(B_FRAMES),
    gop=st.sampled_from([5, 25, 125]),
    gap=st.booleans(),
)
def test_any_window_is_shown_whole_and_nothing_else(
    start: int, length: int, compositions: tuple[int, ...], gop: int, *, gap: bool
) -> None:
    assume(not (gap and start >= 105_000 and start + length <= 108_000))
    plan = window(start / 1000, (start + length) / 1000, gap=gap)
    movies: list[Movie] = [
        movie(video(compositions=compositions, gop=gop), audio()) for _ in plan.pieces
    ]
    wanted = []
    for piece, held in zip(plan.pieces, movies, strict=True):
        samples = held.tracks[0].samples
        least = samples.composition[0]
        times = (
            piece.zero + round((a + b) * NANOS / 90_000)
            for a, b in zip(samples.dts, samples.composition, strict=True)
            if a + b >= least
        )
        wanted += [at for at in times if plan.window.start - 9000 < at < plan.window.end - 9000]
    if not wanted:
        with pytest.raises(CutError):
            lay_exact(plan, movies)
        return

    reel = lay_exact(plan, movies)

    assert shown(reel) == [pytest.approx(at, abs=20_000) for at in sorted(wanted)]
    video_strip = reel.video
    steps = [b - a for a, b in zip(video_strip.dts, video_strip.dts[1:], strict=False)]
    assert min(steps, default=1) > 0
    assert min(video_strip.composition) >= 0
    assert video_strip.sync[0]
    hidden = len(video_strip) - len(wanted)
    before = [
        at for at in map(sum, zip(video_strip.dts, video_strip.composition, strict=True)) if at < 0
    ]
    assert len(before) <= hidden
    assert -min(before, default=0) <= 4 * len(before), "squeezed"
    assert sum(len(part) for part in video_strip.parts) == len(video_strip)


def test_pieces_without_a_frame_in_the_window_give_nothing() -> None:
    plan = replace(window(104, 106), window=Span(105 * NANOS, 106 * NANOS))
    reel = lay_exact(plan, [movie(video()), movie(video())])
    assert [part.source for part in reel.video.parts] == [1]
