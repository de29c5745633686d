"""Sends many records, acknowledged, at a bounded rate, and says how far it is."""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from streams.producer import renew_identity
from topics.record import Outgoing

_SLICE_SECONDS = 0.5
_SAY_EVERY = 1.0


class Shipment:
    """`rate` in records a second; None as fast as the broker takes them."""

    def __init__(self, producer: AIOKafkaProducer, rate: float | None = None) -> None:
        self._producer = producer
        self._rate = rate
        self._free_at = 0.0

    @property
    def slice(self) -> int:
        """How many records at a time keep the rate even."""
        return max(1, int(self._rate * _SLICE_SECONDS)) if self._rate else sys.maxsize

    async def send(self, records: Sequence[Outgoing]) -> list[str | None]:
        """Return when each is acknowledged (None) or refused (why)."""
        await self._wait(len(records))
        answers = await asyncio.gather(*(self._send(record) for record in records))
        if any(answers):
            renew_identity(self._producer)
        return list(answers)

    async def _send(self, record: Outgoing) -> str | None:
        try:
            await self._producer.send_and_wait(
                record.topic, record.value, key=record.key, headers=list(record.headers)
            )
        except KafkaError as exc:
            return f"{record.topic} refuses it: {exc}"
        return None

    async def _wait(self, count: int) -> None:
        if self._rate is None:
            return
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._free_at - loop.time())
        self._free_at = max(self._free_at, loop.time()) + count / self._rate


@dataclass(slots=True)
class Progress:
    """One line on stderr a second at most: written over on a terminal, anew elsewhere."""

    what: str
    total: int | None = None
    done: int = 0
    _said_at: float = 0.0
    _began: float | None = None

    def add(self, count: int) -> None:
        """So many more are done."""
        now = asyncio.get_running_loop().time()
        self._began = now if self._began is None else self._began
        self.done += count
        if now - self._said_at >= _SAY_EVERY:
            self._said_at = now
            self._write(now)

    def end(self) -> None:
        """The last word."""
        self._write(asyncio.get_running_loop().time(), end="\n")

    def _write(self, now: float, end: str | None = None) -> None:
        terminal = sys.stderr.isatty()
        of = "" if self.total is None else f" of {self.total}"
        took = now - (now if self._began is None else self._began)
        rate = f", {self.done / took:.0f}/s" if took > 0 else ""
        line = f"{self.what}: {self.done}{of}{rate}"
        sys.stderr.write(f"\r{line}\x1b[K{end or ''}" if terminal else f"{line}\n")
        sys.stderr.flush()
