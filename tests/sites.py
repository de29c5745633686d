"""What tests do with an installation of the product: report incidents and read what comes of them."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from aiokafka.admin import AIOKafkaAdminClient

from devtools.broker.broker import Broker
from devtools.broker.records import Message, Record, follow, produce, progress
from devtools.broker.tansu import TansuBroker
from devtools.installation import FOR_TANSU, PARTITIONS, Installation
from schemas.kafka_settings import Kafka
from streams.commands.topics import create_and_check
from topics.names import all_topics

T = TypeVar("T")

INCIDENTS, ANSWERS, DEAD = "incident.reported.v1", "clip.completed.v1", "incident.reported.v1.dlq"
SOON = 60.0
"""Seconds within which anything that a worker does at once is done, on a busy machine too."""


def install(folder: Path, broker: Broker, **settings: str) -> Installation:
    """The product on `broker`, with nothing in its topics."""
    special = FOR_TANSU if isinstance(broker, TansuBroker) else {}
    site = Installation(folder, broker.address, {**special, **settings})
    if broker.durable:
        asyncio.run(clear(broker.address))
    kafka = Kafka(bootstrap_servers=site.address)
    assert asyncio.run(create_and_check(kafka, all_topics(PARTITIONS))) == []
    return site


async def clear(address: str) -> None:
    """Topics have fixed names: on a shared broker, those of the test before must go."""
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    try:
        while ours := [
            t for t in await admin.list_topics() if t.startswith(("incident.", "clip."))
        ]:
            await admin.delete_topics(ours)
            await asyncio.sleep(0.2)
    finally:
        await admin.close()


def ago(seconds: float) -> datetime:
    """That long before now."""
    return datetime.now(UTC) - timedelta(seconds=seconds)


async def report(
    site: Installation, name: str, at: datetime, camera: str = "camera1", **more: object
) -> None:
    """An incident, as a detector sends it."""
    body: dict[str, object] = {
        "incident_id": name,
        "camera_id": camera,
        "timestamp": at.isoformat(),
    }
    body |= {"before": 2, "after": 1, **more}
    await send(site, json.dumps(body).encode(), camera.encode())


async def send(site: Installation, value: bytes | None, key: bytes = b"camera1") -> None:
    """Any record."""
    await produce(site.address, INCIDENTS, [Message(value, key=key)])


class Told:
    """Answers as they come, repeats included."""

    def __init__(self, records: AsyncGenerator[Record, None]) -> None:
        self._records = records
        self.names: list[str] = []

    async def next(self) -> dict[str, Any]:
        """The next answer."""
        async with asyncio.timeout(SOON):
            record = await anext(self._records)
        answer: dict[str, Any] = json.loads(record.value or b"")
        self.names.append(answer["incident"]["id"])
        return answer

    async def until(self, *names: str) -> dict[str, Any]:
        """The answer after which all of `names` have been answered."""
        while True:
            answer = await self.next()
            if set(names) <= set(self.names):
                return answer


def listening(site: Installation, scene: Callable[[Told], Coroutine[Any, Any, T]]) -> T:
    """Runs `scene`, which hears every answer from the first on."""

    async def run() -> T:
        async with contextlib.aclosing(follow(site.address, ANSWERS)) as records:
            return await scene(Told(records))

    return asyncio.run(run())


async def lag(site: Installation) -> int:
    """Incidents that the group has not committed."""
    found = await progress(site.address, site.group, INCIDENTS)
    return sum(at.lag for at in found.values())


async def until(true: Callable[[], Coroutine[Any, Any, bool]]) -> None:
    """Return when it is so."""
    async with asyncio.timeout(SOON):
        while not await true():  # noqa: ASYNC110 - what is awaited is outside this process
            await asyncio.sleep(0.2)


async def records(site: Installation, topic: str, count: int) -> list[Record]:
    """The first `count` records of `topic`, waited for."""
    found: list[Record] = []
    async with asyncio.timeout(SOON), contextlib.aclosing(follow(site.address, topic)) as coming:
        async for record in coming:
            found.append(record)
            if len(found) == count:
                return found
    return found
