"""Where a page of clips ends, and in which states clips can be."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.clip_query import STATES, ClipQuery, Place, read_cursor, state_of, write_cursor
from schemas.reason import Outcome, Reason
from schemas.status import Stage
from tests import answers, statuses


@given(at=st.integers(-(1 << 63), (1 << 63) - 1), clip=st.uuids())
def test_a_cursor_reads_back_as_the_place_it_was_written_for(at: int, clip: UUID) -> None:
    place = Place(at, str(clip))
    assert read_cursor(write_cursor(place)) == place


@given(st.text(max_size=60))
def test_any_other_text_is_refused_as_a_value(text: str) -> None:
    try:
        place = read_cursor(text)
    except ValueError:
        return
    assert write_cursor(place) == text


@pytest.mark.parametrize("text", ["", "x", "Mg==", "../../etc/passwd", "é" * 32, "A" * 33])
def test_what_is_no_cursor_says_where_to_take_one_from(text: str) -> None:
    with pytest.raises(ValueError, match="Link header"):
        read_cursor(text)


def test_no_filter_means_every_state() -> None:
    assert len(ClipQuery().states) == len(STATES)


@pytest.mark.parametrize(
    ("status", "outcome", "states"),
    [
        (Stage.DONE, None, ("done/complete", "done/partial")),
        (Stage.WAITING, None, ("waiting",)),
        (None, Outcome.PARTIAL, ("done/partial", "expired/partial")),
        (Stage.EXPIRED, Outcome.COMPLETE, ("expired/complete",)),
        (Stage.FAILED, Outcome.FAILED, ("failed/failed",)),
        (Stage.DONE, Outcome.FAILED, ()),
    ],
)
def test_status_and_outcome_narrow_the_states(
    status: Stage | None, outcome: Outcome | None, states: tuple[str, ...]
) -> None:
    assert ClipQuery(status=status, outcome=outcome).states == states


def test_every_status_that_is_said_is_in_a_state_that_a_query_finds() -> None:
    said = [statuses.unanswered("a", stage) for stage in Stage if not stage.final]
    said += [
        statuses.answered("a"),
        statuses.answered("a", answers.failed("a", Reason.TIMEOUT)),
        statuses.answered("a", stage=Stage.EXPIRED),
    ]
    assert {state_of(status) for status in said} <= set(ClipQuery().states)
