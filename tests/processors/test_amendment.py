"""What may be amended, when it is worth it, and when it is over."""

from datetime import timedelta

import pytest

from processors import amendment
from processors.footage.coverage import Coverage, Gap
from processors.span import Span
from schemas import clip
from schemas.clip import ClipCompleted
from schemas.incident import Precision
from schemas.instant import NANOS, to_ns
from schemas.reason import GapCause, Outcome, Reason
from tests.answers import AT, complete, failed
from topics.cloudevents import Envelope

WINDOW = Span(to_ns(AT - timedelta(seconds=15)), to_ns(AT + timedelta(seconds=5)))


def partial(cause: GapCause, seconds: float = 4) -> ClipCompleted:
    end = AT + timedelta(seconds=5)
    gap = clip.Gap(start=end - timedelta(seconds=seconds), end=end, cause=cause)
    reason = Reason.NOT_YET if cause is GapCause.NOT_YET else Reason.NOT_RECORDED
    said = complete("s", b"v").model_dump(by_alias=True)
    said |= {
        "outcome": Outcome.PARTIAL,
        "reason": reason,
        "gaps": [gap.model_dump()],
        "coverage": 1 - seconds / 20,
    }
    return ClipCompleted.model_validate(said)


def covered(seconds: float, cause: GapCause | None = None) -> Coverage:
    end = WINDOW.start + round(seconds * NANOS)
    gaps = () if cause is None else (Gap(Span(end, WINDOW.end), cause),)
    return Coverage((Span(WINDOW.start, end),), gaps, seconds / 20)


@pytest.mark.parametrize(
    ("answer", "may"),
    [
        (complete("s", b"v"), False),
        (partial(GapCause.NOT_YET), True),
        (partial(GapCause.NOT_RECORDED), False),
        (failed("s", Reason.NOT_YET), True),
        (failed("s", Reason.UNKNOWN_CAMERA), True),
        (failed("s", Reason.IN_FUTURE), False),
        (failed("s", Reason.NOT_RECORDED), False),
    ],
)
def test_only_what_may_still_come_is_waited_for(answer: ClipCompleted, may: bool) -> None:
    assert amendment.is_amendable(answer) is may


@pytest.mark.parametrize(
    ("coverage", "over", "better"),
    [
        (covered(20), False, True),
        (covered(16, GapCause.NOT_YET), False, False),
        (covered(18, GapCause.NOT_YET), False, False),
        (covered(18, GapCause.NOT_YET), True, True),
        (covered(18, GapCause.NOT_RECORDED), False, True),
        (covered(12, GapCause.NOT_RECORDED), True, False),
    ],
)
def test_a_clip_is_cut_again_once_when_all_that_will_come_has_come(
    coverage: Coverage, over: bool, better: bool
) -> None:
    assert amendment.is_better(partial(GapCause.NOT_YET), coverage, over=over) is better


def test_the_wait_ends_after_its_time() -> None:
    answer = partial(GapCause.NOT_YET)

    assert not amendment.is_over(answer, WINDOW.end + 600 * NANOS, 600)
    assert amendment.is_over(answer, WINDOW.end + 601 * NANOS, 600)


def test_the_request_is_the_one_that_was_answered() -> None:
    answer = partial(GapCause.NOT_YET)
    again = amendment.request_of(answer, Envelope(id="e"))

    assert (again.clip_id, again.window, again.at) == (answer.clip_id, WINDOW, to_ns(AT))
    assert again.envelope.id == "e"


@pytest.mark.parametrize("said", [None, *Precision])
def test_an_amended_clip_is_cut_as_the_incident_said(said: Precision | None) -> None:
    answer = failed("s", Reason.NOT_YET)
    incident = answer.incident.model_copy(update={"precision": said})
    kept = answer.model_copy(update={"incident": incident}).model_dump_json(by_alias=True)

    again = amendment.request_of(ClipCompleted.model_validate_json(kept), Envelope())

    assert again.precision is said


def test_an_answer_that_does_not_know_what_was_said_is_amended_as_it_was_cut() -> None:
    answer = complete("s", b"v").model_copy(update={"precision": Precision.EXACT})

    assert amendment.request_of(answer, Envelope()).precision is Precision.EXACT
