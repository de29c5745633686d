"""Health is what follows from the facts."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.health import Facts, judge

WELL = Facts(
    started=True,
    draining=False,
    assigned_partitions=4,
    waiting=7,
    cutting=1,
    footage_readable=True,
    output_writable=True,
    output_has_room=True,
    statuses_loaded=True,
)


def test_a_worker_that_works_is_ready() -> None:
    found = judge(WELL)
    assert (found.status, found.ready) == ("ok", True)
    assert found.facts["waiting"] == 7


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"started": False}, "starting"),
        ({"assigned_partitions": 0}, "starting"),
        ({"footage_readable": False}, "degraded"),
        ({"output_writable": False}, "degraded"),
        ({"too_many_dead_letters": "101 in a row"}, "degraded"),
        ({"draining": True}, "draining"),
        ({"draining": True, "started": False}, "draining"),
    ],
)
def test_anything_else_is_not_ready_and_says_why(change: dict[str, Any], status: str) -> None:
    found = judge(replace(WELL, **change))
    assert (found.status, found.ready) == (status, False)


@given(st.builds(Facts))
def test_ready_is_exactly_started_staying_assigned_and_able(facts: Facts) -> None:
    able = (
        facts.footage_readable
        and facts.output_writable
        and facts.assigned_partitions > 0
        and facts.output_has_room
        and facts.statuses_loaded
        and facts.too_many_dead_letters is None
    )
    assert judge(facts).ready == (facts.started and not facts.draining and able)
