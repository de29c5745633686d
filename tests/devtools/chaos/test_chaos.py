"""Nothing is lost when workers and the broker are killed; and the check would tell."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from devtools.broker.broker import Broker
from devtools.broker.records import Message, follow, produce, progress
from devtools.chaos import stock
from devtools.chaos.pictures import CAMERA, PATTERN
from devtools.chaos.run import Plan, play
from devtools.chaos.verdict import ANSWERS, INCIDENTS, Verdict, examine
from devtools.installation import PRODUCT, Installation
from tests.conftest import require_kafka

pytestmark = [pytest.mark.kafka, pytest.mark.chaos]


@pytest.fixture(autouse=True)
def _quiet() -> None:
    """Without a broker aiokafka says a lot."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)


@pytest.mark.timeout(420)
def test_nothing_is_lost_in_a_storm(tmp_path: Path) -> None:
    """Workers are killed, one of three brokers too, and all brokers are restarted in turn."""
    require_kafka()
    plan = Plan(
        seconds=50,
        rate=7,
        workers=2,
        brokers=3,
        broker_kills=1,
        rollings=1,
        settle=240,
        seed=20261125,
    )
    outcome = asyncio.run(play(plan, tmp_path, print))

    assert outcome.verdict.incidents >= 300
    assert outcome.verdict.garbage > 5
    done = outcome.disturbances.keys()
    assert done >= {"kill -9", "SIGTERM", "broker kill -9", "rolling restart"}
    assert outcome.good, str(outcome)


@pytest.mark.parametrize(
    ("program", "lost"), [(PRODUCT, []), (stock.PROGRAM, ["waits"])], ids=["ours", "stock"]
)
def test_a_kill_beside_a_waiting_incident(
    own_kafka: Broker, tmp_path: Path, program: Sequence[str], lost: list[str]
) -> None:
    """Faust's own acks commit past an incident that waits; killed then, it is lost for ever."""
    verdict = asyncio.run(_kill_beside_a_wait(own_kafka, tmp_path, program))

    assert verdict.lag == 0
    assert verdict.lost == lost
    assert verdict.good == (not lost)


async def _kill_beside_a_wait(broker: Broker, folder: Path, program: Sequence[str]) -> Verdict:
    settings = {"CLIPS_KAFKA__PARTITIONS": "1", "CLIPS_FOOTAGE__PATTERN": PATTERN}
    site = Installation(folder, broker.address, settings)
    with contextlib.ExitStack() as stack:
        stack.enter_context(site.camera("camera1", *CAMERA))
        assert site.command("topics", "create").returncode == 0
        first = stack.enter_context(site.worker(program=program)).until_ready()
        async with answers(site) as told:
            now = datetime.now(UTC)
            await report(site, "waits", now + timedelta(seconds=15))
            await report(site, "quick", now - timedelta(seconds=20))
            assert await anext(told) == "quick"
            await committed(site, 2)
            first.kill()
            second = stack.enter_context(site.worker(program=program))
            await report(site, "later", now + timedelta(seconds=16.5))
            while await anext(told) != "later":
                pass
        assert await committed(site, 3)
        second.stop()
        return await examine(site)


async def committed(site: Installation, offset: int) -> bool:
    """Whether the group commits that offset within a few commit intervals."""
    for _ in range(10):
        if (await progress(site.address, site.group, INCIDENTS))[0].committed == offset:
            return True
        await asyncio.sleep(0.2)
    return False


async def report(site: Installation, name: str, at: datetime) -> None:
    incident = {
        "incident_id": name,
        "camera_id": "camera1",
        "timestamp": at.isoformat(),
        "before": 2,
        "after": 1,
    }
    await produce(site.address, INCIDENTS, [Message(json.dumps(incident).encode(), key=b"camera1")])


@contextlib.asynccontextmanager
async def answers(site: Installation) -> AsyncIterator[AsyncIterator[str]]:
    """Names of answered incidents as they come, repeats included."""

    async def names() -> AsyncIterator[str]:
        async with contextlib.aclosing(follow(site.address, ANSWERS)) as records:
            async for record in records:
                yield json.loads(record.value or b"")["incident"]["id"]

    told = names()
    try:
        yield told
    finally:
        await told.aclose()  # type: ignore[attr-defined] # a generator
