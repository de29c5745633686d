"""The words of the pages."""

from datetime import timedelta

import pytest

from schemas.clip import Gap
from schemas.http import ClipView
from schemas.reason import GapCause
from streams.http import strip, words
from tests import seed_answers, statuses
from tests.seed_answers import moment


def gap(start: float, end: float, cause: GapCause = GapCause.NOT_RECORDED) -> Gap:
    return Gap(start=moment(start), end=moment(end), cause=cause)


@pytest.mark.parametrize(
    ("count", "text"),
    [(0.0, "0 ms"), (0.012, "12 ms"), (2, "2.0 s"), (150.4, "2 min 30 s"), (7325, "2 h 2 min")],
)
def test_lengths(count: float, text: str) -> None:
    assert words.seconds(count) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (342_100, "342 kB"), (11.1e6, "11.1 MB")],
)
def test_sizes(count: float, text: str) -> None:
    assert words.size(count) == text


def test_what_is_missing_is_one_sentence() -> None:
    assert words.missing([]) == ""
    assert words.missing([gap(1, 1.04)]) == "40 ms missing: nothing was recorded."
    gaps = [gap(1, 2), gap(4, 6.5), gap(8, 9, GapCause.UNREADABLE)]
    said = "4.5 s missing in 3 places: nothing was recorded; the recording cannot be read."
    assert words.missing(gaps) == said


def test_the_strip_shows_each_gap_and_the_incident_where_they_are() -> None:
    status = statuses.answered("a", seed_answers.partial())
    clip = ClipView.of(status).model_copy(
        update={"start_time": moment(0), "end_time": moment(20), "incident_at": moment(15)}
    )
    shown = strip.of(clip)
    assert shown == strip.Strip(gaps=((425, 100),), incident=750)
    thin = clip.model_copy(update={"gaps": (gap(19.999, 20),), "incident_at": moment(21)})
    assert strip.of(thin) == strip.Strip(gaps=((996, 4),), incident=None)


def test_nobody_knows_what_a_waiting_clip_will_lack() -> None:
    waiting = ClipView.of(statuses.unanswered("a"))
    assert strip.of(waiting) is None
    none = waiting.model_copy(update={"end_time": waiting.start_time - timedelta(0)})
    assert strip.of(none) is None
