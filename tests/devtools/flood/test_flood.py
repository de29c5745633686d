"""Many more incidents than memory may hold: it stays bounded, and nobody else waits for them."""

import asyncio
import logging
from pathlib import Path

import pytest

from devtools.flood.run import Plan, play
from tests.conftest import require_kafka

pytestmark = [pytest.mark.kafka, pytest.mark.chaos]

_FEW = {"CLIPS_LIMITS__MAX_WAITING": "200", "CLIPS_LIMITS__MAX_WAITING_PER_CAMERA": "50"}


def test_a_small_flood_is_taken_in_and_delays_nobody_else(tmp_path: Path) -> None:
    require_kafka()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    plan = Plan(
        waiting=1500,
        due=100,
        hot=500,
        calm=1,
        seconds=10,
        take_in=60,
        workers=1,
        held=1000,
        settings=_FEW,
    )
    outcome = asyncio.run(play(plan, tmp_path, print))

    assert outcome.faults == []
