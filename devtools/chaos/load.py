"""Incidents as detectors send them, some of them twice, and garbage in between."""

import asyncio
import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from aiokafka import AIOKafkaProducer

from devtools.chaos.verdict import GARBAGE_KEY, INCIDENTS

EARLIEST, LATEST = -35.0, 12.0
"""Seconds from now of an incident: what lies behind is answered at once, what lies ahead waits."""

_TWICE = 0.05
_GARBAGE_SHARE = 0.05
_GARBAGE = (
    b"",
    b"{",
    b"\xff\xfe\x00",
    b"[]",
    b"[" * 20_000,
    b"x" * 100_000,
    b'{"camera_id":"camera1"}',
    b'{"camera_id":"../../etc","timestamp":"2026-01-01T00:00:00Z"}',
    b'{"camera_id":"camera1","timestamp":"yesterday"}',
    b'{"camera_id":"camera1","timestamp":"2026-01-01T00:00:00Z","before":-5}',
    b'{"camera_id":"camera1","timestamp":"2026-01-01T00:00:00Z","before":NaN}',
)


class Load:
    """Sends about `rate` incidents a second to all partitions, acknowledged by all replicas."""

    def __init__(
        self, address: str, cameras: Sequence[str], partitions: int, chance: random.Random
    ) -> None:
        self.sent = 0
        self._cameras = cameras
        self._partitions = partitions
        self._chance = chance
        self._producer = AIOKafkaProducer(
            bootstrap_servers=address, acks="all", enable_idempotence=True
        )

    async def run(self, count: int, rate: float) -> None:
        """Sends so many incidents, and returns when the broker has everything."""
        await self._producer.start()
        try:
            pending = []
            while self.sent < count:
                pending += [await self._send(key, value) for key, value in self._next()]
                await asyncio.sleep(self._chance.expovariate(rate))
            await asyncio.gather(*pending)
        finally:
            await self._producer.stop()

    def _next(self) -> list[tuple[bytes, bytes]]:
        chance = self._chance
        camera = chance.choice(self._cameras)
        at = datetime.now(UTC) + timedelta(seconds=chance.uniform(EARLIEST, LATEST))
        incident = {
            "incident_id": f"i-{self.sent}",
            "camera_id": camera,
            "timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "before": chance.choice([1.5, 3, 6]),
            "after": chance.choice([0.5, 1, 2]),
            "precision": chance.choice(["segments", "segments", "exact"]),
            "annotations": {"number": self.sent},
        }
        self.sent += 1
        records = [(camera.encode(), json.dumps(incident).encode())]
        if chance.random() < _TWICE:
            records *= 2
        if chance.random() < _GARBAGE_SHARE:
            records.append((GARBAGE_KEY, chance.choice(_GARBAGE)))
        return records

    async def _send(self, key: bytes, value: bytes) -> "asyncio.Future[object]":
        partition = self._chance.randrange(self._partitions)
        delivery: asyncio.Future[object] = await self._producer.send(
            INCIDENTS, value, key=key, partition=partition
        )
        return delivery
