"""A row of the table of scenarios: it must be able to say that something is wrong."""

from dataclasses import replace
from datetime import timedelta

import pytest

from devtools.scenarios.page import page
from devtools.scenarios.row import Expected, compare
from schemas.clip import Gap
from schemas.instant import NANOS, to_ns
from schemas.reason import GapCause, Outcome, Reason
from tests import answers

FRAME = NANOS // 25
COMPLETE = answers.complete("camera1_20261124_082345_x", b"video")
START = to_ns(COMPLETE.requested_start)
GAP = (START + NANOS, START + 3 * NANOS)
TRUE = Expected(Outcome.PARTIAL, 0.9, [GAP])
PARTIAL = COMPLETE.model_copy(
    update={
        "outcome": Outcome.PARTIAL,
        "reason": Reason.NOT_RECORDED,
        "gaps": (
            Gap(
                start=COMPLETE.requested_start + timedelta(seconds=1),
                end=COMPLETE.requested_start + timedelta(seconds=3),
                cause=GapCause.NOT_RECORDED,
            ),
        ),
    }
)


def test_an_answer_as_expected_is_right() -> None:
    row = compare("a", "exact", TRUE, PARTIAL, frame=FRAME)
    assert (row.faults, row.error) == ((), 0.0)


@pytest.mark.parametrize(
    ("expected", "fault"),
    [
        (replace(TRUE, outcome=Outcome.COMPLETE), "is partial"),
        (replace(TRUE, reason="unreadable"), "for not_recorded"),
        (replace(TRUE, gaps=[]), "gaps"),
        (replace(TRUE, gaps=[(GAP[0] - 2 * FRAME, GAP[1])]), "gaps"),
    ],
)
def test_what_differs_is_a_fault(expected: Expected, fault: str) -> None:
    assert compare("a", "exact", expected, PARTIAL, frame=FRAME).faults == (fault,)


def test_a_frame_off_is_right_and_what_the_pictures_show_is_not_forgotten() -> None:
    near = replace(TRUE, gaps=[(GAP[0] - FRAME, GAP[1])])
    row = compare("a", "exact", near, PARTIAL, frame=FRAME, faults=["2 frames not shown"])
    assert (row.faults, row.error) == (("2 frames not shown",), 1.0)


def test_the_page_counts_what_was_called_complete_and_is_not() -> None:
    wrong = compare("a", "exact", TRUE, COMPLETE, frame=FRAME)
    text = page({"spoilt": [wrong]})
    assert "**1 rows, 1 wrong, 1 of them called complete.**" in text
