"""Incidents out and answers in, for `benchmarks.e2e`: on time, or as many as the workers take."""

import asyncio
import contextlib
import json
import random
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from benchmarks.e2e_site import PARTITIONS, Site
from topics.names import CLIP_COMPLETED, INCIDENT_REPORTED

_PATIENCE = 120.0
"""Seconds without any answer after which something is wrong."""


@dataclass(slots=True)
class Told:
    """What became of the incidents of one run; times of one clock, in seconds."""

    sent: dict[str, float] = field(default_factory=dict)
    answered: dict[str, float] = field(default_factory=dict)
    bytes: int = 0
    incomplete: int = 0

    @property
    def latencies(self) -> list[float]:
        """Seconds from just before an incident was sent until its answer was read."""
        return [at - self.sent[name] for name, at in self.answered.items()]

    @property
    def seconds(self) -> float:
        """From the first incident to the last answer."""
        return max(self.answered.values()) - min(self.sent.values())


class Traffic:
    """A detector and a consumer in one process."""

    def __init__(self, site: Site, tell: Callable[[str], None]) -> None:
        self._site = site
        self._tell = tell
        self._told = Told()
        self._room = asyncio.Semaphore(0)
        self._producer = AIOKafkaProducer(bootstrap_servers=site.broker.address, acks="all")

    async def at_rate(self, count: int, rate: float, seed: int) -> Told:
        """`count` incidents as chance sends them, `rate` of them a second on average."""
        chance = random.Random(seed)
        async with self._running():
            began, due = time.monotonic(), 0.0
            for _ in range(count):
                due += chance.expovariate(rate)
                await asyncio.sleep(began + due - time.monotonic())
                await self._send()
            await self._until(count)
        return self._told

    async def saturated(self, count: int, under_way: int) -> Told:
        """`count` incidents, so many of them under way at any time."""
        async with self._running():
            for _ in range(under_way):
                self._room.release()
            for _ in range(count):
                await asyncio.wait_for(self._room.acquire(), _PATIENCE)
                await self._send()
            await self._until(count)
        return self._told

    @contextlib.asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        await self._producer.start()
        consumer = AIOKafkaConsumer(bootstrap_servers=self._site.broker.address)
        await consumer.start()
        tasks: list[asyncio.Future[None]] = []
        try:
            consumer.assign([TopicPartition(CLIP_COMPLETED, n) for n in range(PARTITIONS)])
            await consumer.seek_to_end()
            tasks = [
                asyncio.ensure_future(self._read(consumer)),
                asyncio.ensure_future(self._say()),
            ]
            yield
        finally:
            for task in tasks:
                task.cancel()
            await consumer.stop()
            await self._producer.stop()

    async def _send(self) -> None:
        name, incident = self._site.incident()
        value, key = json.dumps(incident).encode(), str(incident["camera_id"]).encode()
        self._told.sent[name] = time.monotonic()
        await self._producer.send(INCIDENT_REPORTED, value, key=key)

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        async for record in consumer:
            now, answer = time.monotonic(), json.loads(record.value)
            name = answer["incident"]["id"]
            if name in self._told.sent and name not in self._told.answered:
                self._told.answered[name] = now
                self._told.incomplete += answer["outcome"] != "complete"
                self._told.bytes += (answer["video"] or {}).get("size_bytes", 0)
                self._room.release()

    async def _until(self, count: int) -> None:
        last, seen = time.monotonic(), 0
        while (done := len(self._told.answered)) < count:
            if done != seen:
                last, seen = time.monotonic(), done
            if time.monotonic() - last > _PATIENCE:
                raise TimeoutError(f"{count - done} of {count} incidents were not answered")
            await asyncio.sleep(0.05)

    async def _say(self) -> None:
        while True:
            await asyncio.sleep(2)
            self._tell(f"{len(self._told.sent)} sent, {len(self._told.answered)} answered")
