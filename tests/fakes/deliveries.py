"""Records as Faust hands them out, and a note of those that were settled."""

import asyncio
from dataclasses import dataclass
from typing import Any

from faust.types.tuples import TP

from streams.delivery import Delivery
from topics.record import Headers, Record


@dataclass(frozen=True, slots=True)
class FakeMessage:
    """What `Delivery` reads of Faust's message. `timestamp` in seconds, as Faust has it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Any
    timestamp: float

    @property
    def tp(self) -> TP:
        """Topic and partition."""
        return TP(self.topic, self.partition)


@dataclass(frozen=True, slots=True)
class FakeEvent:
    """Faust's event, as far as we look at it."""

    message: FakeMessage


class FakeStream:
    """Delivers records with growing offsets; `settled` are those whose offset may be committed."""

    def __init__(self, journal: list[str] | None = None) -> None:
        self.settled: list[tuple[str, int, int]] = []
        self.journal = [] if journal is None else journal
        self._next = 0
        self._news = asyncio.Event()

    async def ack(self, event: FakeEvent) -> None:
        """What settling does."""
        message = event.message
        self.settled.append((message.topic, message.partition, message.offset))
        self.journal.append("settled")
        self._news.set()

    async def until(self, count: int) -> None:
        """Return when so many records are settled."""
        while len(self.settled) < count:
            self._news.clear()
            await self._news.wait()

    def deliver(
        self,
        value: bytes | None,
        *,
        at: int,
        partition: int = 0,
        headers: Headers = (),
        topic: str = "incident.reported.v1",
        offset: int | None = None,
    ) -> Delivery:
        """The next record, written at `at` (nanoseconds)."""
        if offset is None:
            offset = self._next
            self._next += 1
        message = FakeMessage(topic, partition, offset, b"camera1", value, headers, at / 1e9)
        return Delivery.of(self, FakeEvent(message))

    def again(self, delivery: Delivery) -> Delivery:
        """The same record once more, as after a rebalance."""
        return Delivery.of(self, FakeEvent(delivery.event.message))


def place(delivery: Delivery) -> tuple[str, int, int]:
    """Where a record stands."""
    record: Record = delivery.record
    return record.topic, record.partition, record.offset
