"""A broker that keeps what it is sent, or refuses it."""

import asyncio
from collections.abc import Callable
from typing import Any

from topics.record import Record


class ListSender:
    """`Sender` into a list. `refuse` is asked before each record is taken."""

    def __init__(self, journal: list[str] | None = None) -> None:
        self.sent: list[Record] = []
        self.tried = 0
        self.faults: list[Exception] = []
        """Raised one a try, before anything is taken."""
        self.refuse: Callable[[Record], Exception | None] = lambda _: None
        self.journal = [] if journal is None else journal
        self._news = asyncio.Event()

    async def send_and_wait(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None,
        timestamp: float | None,
        headers: Any,
    ) -> None:
        """Takes the record."""
        self.tried += 1
        await asyncio.sleep(0)  # a real one never answers at once
        if self.faults:
            raise self.faults.pop(0)
        when = None if timestamp is None else int(timestamp * 1000.0) * 1_000_000  # as Faust does
        record = Record(topic, 0, len(self.sent), key, value, tuple(headers), when)
        if fault := self.refuse(record):
            raise fault
        self.sent.append(record)
        self.journal.append(f"sent {topic}")
        self._news.set()

    def to(self, topic: str) -> list[Record]:
        """What was sent to `topic`."""
        return [record for record in self.sent if record.topic == topic]

    async def until(self, topic: str, count: int = 1) -> list[Record]:
        """Return when `topic` has so many records."""
        while len(self.to(topic)) < count:
            self._news.clear()
            await self._news.wait()
        return self.to(topic)
