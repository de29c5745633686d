"""A record that Faust has given us, and the one way to settle it."""

from dataclasses import dataclass
from typing import Any

from faust.types.tuples import TP

from topics.record import Record


@dataclass(frozen=True, slots=True, eq=False)
class Delivery:
    """Strongly holds Faust's event: Faust itself keeps only a weak reference."""

    stream: Any
    event: Any
    record: Record

    @property
    def partition(self) -> TP:
        """Topic and partition it came from."""
        return self.event.message.tp

    async def settle(self) -> None:
        """Let the watermark move past this record. Nothing of it may be left to do."""
        await self.stream.ack(self.event)

    @classmethod
    def of(cls, stream: Any, event: Any) -> "Delivery":
        """Wrap an event as it comes out of the agent's stream."""
        message = event.message
        record = Record(
            topic=message.topic,
            partition=message.partition,
            offset=message.offset,
            key=message.key,
            value=message.value,
            headers=tuple(message.headers or ()),
            timestamp=_timestamp(message.timestamp),
        )
        return cls(stream, event, record)


def _timestamp(seconds: float | None) -> int | None:
    """Nanoseconds; None where a producer has set none (Kafka then says -1)."""
    return round(seconds * 1000) * 1_000_000 if seconds and seconds > 0 else None
