"""Where a replay takes its incidents from: a span of a topic's time, or a file."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from itertools import islice
from typing import Protocol

from aiokafka import AIOKafkaConsumer, TopicPartition

from processors.adapters.incident_file import IncidentFile
from processors.replaying import Wish
from schemas.kafka_settings import Kafka
from streams import brokers
from streams.topic_reader import Span, partitions_of, read, whole
from topics.codec import Reported, decode
from topics.names import INCIDENT_BACKFILL
from topics.record import Record

Positions = Mapping[int, tuple[int, int]]
"""Per partition: next position and end."""
Found = dict[TopicPartition, int | None]
"""Offset of the first record at or after an instant; None where there is none."""
_BATCH = 500
_FAR_FUTURE_MS = 7_258_118_400_000
"""2200-01-01."""
_MS = 1_000_000


class Source(Protocol):
    """What is fixed once (`positions`) and then read, if need be in several runs."""

    async def positions(self) -> dict[int, tuple[int, int]]:
        """The range that is wanted, as it is now."""
        ...

    def read(self, positions: Positions) -> AsyncIterator[list[Record]]:
        """Records of that range, in order within a partition."""
        ...


class TopicSource:
    """Records of `topic` that were written in the time of `wish`."""

    def __init__(self, kafka: Kafka, topic: str, wish: Wish) -> None:
        self._kafka = kafka
        self._topic = topic
        self._wish = wish

    async def positions(self) -> dict[int, tuple[int, int]]:
        """Offsets by the broker's index of times, where it has one; else all that there is."""
        partitions = await partitions_of(self._kafka, self._topic)
        async with brokers.consumer(self._kafka) as consumer:
            spans = await whole(consumer, partitions)
            if await _knows_times(consumer, partitions):
                starts = await _look_up(consumer, partitions, self._wish.since)
                stops = await _look_up(consumer, partitions, self._wish.until)
            else:
                starts = stops = Found()
        return {tp.partition: _narrowed(span, tp, starts, stops) for tp, span in spans.items()}

    async def read(self, positions: Positions) -> AsyncIterator[list[Record]]:
        """The records; those outside the wanted time may be among them."""
        spans = {TopicPartition(self._topic, n): Span(*range_) for n, range_ in positions.items()}
        async with brokers.consumer(self._kafka) as consumer:
            consumer.assign(list(spans))
            async for batch in read(consumer, spans):
                yield batch


async def _knows_times(consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition]) -> bool:
    """Whether the broker says that nothing was written in the far future; the embedded one does not."""
    found = await consumer.offsets_for_times(dict.fromkeys(partitions, _FAR_FUTURE_MS))
    return all(place is None for place in found.values())


async def _look_up(
    consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition], at: int | None
) -> Found:
    """For the instant `at`, nanoseconds since the epoch; empty without one."""
    if at is None:
        return {}
    found = await consumer.offsets_for_times(dict.fromkeys(partitions, -(-at // _MS)))
    return {tp: None if place is None else place.offset for tp, place in found.items()}


def _narrowed(span: Span, tp: TopicPartition, starts: Found, stops: Found) -> tuple[int, int]:
    stop = min(span.stop, span.stop if (found := stops.get(tp)) is None else found)
    start = starts.get(tp, span.start)
    return (stop if start is None else min(max(span.start, start), stop)), stop


class FileSource:
    """The incidents of a file. They count as reported when they are read."""

    def __init__(self, file: IncidentFile) -> None:
        self._file = file

    async def positions(self) -> dict[int, tuple[int, int]]:
        """From the first line to the last."""
        last = await asyncio.to_thread(
            lambda: max((number for number, _ in self._file.values()), default=0)
        )
        return {0: (1, last + 1)}

    async def read(self, positions: Positions) -> AsyncIterator[list[Record]]:
        """A record a line, keyed by its camera."""
        start, stop = positions[0]
        lines = (line for line in self._file.values() if start <= line[0] < stop)
        while batch := await asyncio.to_thread(lambda: list(islice(lines, _BATCH))):
            yield [_record(number, value) for number, value in batch]


def _record(number: int, value: bytes) -> Record:
    record = Record(INCIDENT_BACKFILL, 0, number, None, value)
    said = decode(record)
    key = said.incident.camera_id.encode() if isinstance(said, Reported) else None
    return Record(INCIDENT_BACKFILL, 0, number, key, value)
