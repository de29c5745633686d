"""Incidents by the hundred thousand, produced in batches, and single ones as a consumer waits for them."""

import asyncio
import contextlib
import json
import random
import time
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from topics.names import CLIP_COMPLETED, INCIDENT_REPORTED

_BATCH = 1 << 18
"""Bytes of a batch."""

Incident = tuple[str, str, datetime]
"""Id, camera and time."""


def value(name: str, camera: str, at: datetime) -> bytes:
    """An incident of a few seconds."""
    said = {"incident_id": name, "camera_id": camera, "before": 2, "after": 1}
    return json.dumps(said | {"timestamp": at.isoformat(timespec="milliseconds")}).encode()


async def pour(
    address: str, partitions: int, incidents: Iterable[Incident], tell: Callable[[int], None]
) -> int:
    """Send all as fast as the broker takes them, each camera to one partition; how many that were."""
    producer = AIOKafkaProducer(
        bootstrap_servers=address, acks="all", max_batch_size=_BATCH, linger_ms=5
    )
    await producer.start()
    try:
        batches = {n: producer.create_batch() for n in range(partitions)}
        count = 0
        for count, (name, camera, at) in enumerate(incidents, start=1):
            number = partition_of(camera, partitions)
            data, key = value(name, camera, at), camera.encode()
            if batches[number].append(key=key, value=data, timestamp=None) is None:
                await producer.send_batch(batches[number], INCIDENT_REPORTED, partition=number)
                batches[number] = producer.create_batch()
                batches[number].append(key=key, value=data, timestamp=None)
                tell(count)
        for number, batch in batches.items():
            await producer.send_batch(batch, INCIDENT_REPORTED, partition=number)
        await producer.flush()
        return count
    finally:
        await producer.stop()


def partition_of(camera: str, partitions: int) -> int:
    """Where a camera's incidents go: all to one partition, as a keyed producer sends them."""
    return sum(camera.encode()) % partitions


@dataclass(slots=True)
class Asked:
    """Incidents that somebody waits for; seconds of one clock."""

    sent: dict[str, float] = field(default_factory=dict)
    answered: dict[str, float] = field(default_factory=dict)

    def waits(self, since: float, until: float) -> list[float]:
        """Seconds from an incident sent in that time to its answer, or until now if there is none."""
        now = time.monotonic()
        return [
            self.answered.get(name, now) - at
            for name, at in self.sent.items()
            if since <= at < until
        ]


class Quiet:
    """A few incidents now and then of cameras that have nothing to do with the flood."""

    def __init__(self, address: str, partitions: int, cameras: Iterable[str], seed: int) -> None:
        self.asked = Asked()
        self._address = address
        self._partitions = partitions
        self._cameras = tuple(cameras)
        self._chance = random.Random(seed)

    @contextlib.asynccontextmanager
    async def reporting(self, rate: float) -> AsyncIterator[None]:
        """So many a second, of what happened a moment ago; answers are noted."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self._address)
        producer = AIOKafkaProducer(bootstrap_servers=self._address, acks="all")
        await consumer.start()
        await producer.start()
        consumer.assign([TopicPartition(CLIP_COMPLETED, n) for n in range(self._partitions)])
        await consumer.seek_to_end()
        tasks = [
            asyncio.ensure_future(self._read(consumer)),
            asyncio.ensure_future(self._report(producer, rate)),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await producer.stop()
            await consumer.stop()

    async def _report(self, producer: AIOKafkaProducer, rate: float) -> None:
        while True:
            camera = self._chance.choice(self._cameras)
            name = f"quiet-{len(self.asked.sent)}"
            at = datetime.now(UTC) - timedelta(seconds=self._chance.uniform(12, 30))
            number = partition_of(camera, self._partitions)
            self.asked.sent[name] = time.monotonic()
            await producer.send_and_wait(
                INCIDENT_REPORTED, value(name, camera, at), key=camera.encode(), partition=number
            )
            await asyncio.sleep(1 / rate)

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        async for record in consumer:
            name = json.loads(record.value)["incident"]["id"]
            if name in self.asked.sent:
                self.asked.answered.setdefault(name, time.monotonic())
