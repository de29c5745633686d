"""Reads a topic from outside the workers' group, up to where it ended when the reading began."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.kafka_settings import Kafka
from streams import brokers
from topics.record import Record

_BATCH = 500
_WAIT_MS = 200
_ATTEMPTS = 50
_MISSING = {
    3: "missing: run `topics create`",
    brokers.UNAUTHORIZED: "not ours to see: grant this user read",
}
"""By Kafka's error code."""


class NoSuchTopicError(Exception):
    """The topic cannot be read; `str()` says what to do."""


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets of one partition, from `start` up to and without `stop`."""

    start: int
    stop: int


Spans = Mapping[TopicPartition, Span]


async def partitions_of(kafka: Kafka, topic: str) -> list[TopicPartition]:
    """All partitions of `topic`; raises `NoSuchTopicError`."""
    async with brokers.admin(kafka) as client:
        for _ in range(_ATTEMPTS):
            (said,) = await brokers.describe(client, [topic])
            if said["error_code"] in _MISSING:
                raise NoSuchTopicError(f"{topic} is {_MISSING[said['error_code']]}")
            # Right after the creation of a topic its partitions show up one by one.
            led = sorted(p["partition"] for p in said["partitions"] if p["leader"] >= 0)
            if led and len(led) == len(said["partitions"]):
                return [TopicPartition(topic, number) for number in led]
            await asyncio.sleep(_WAIT_MS / 1000)
    raise NoSuchTopicError(f"{topic} has partitions without a leader: see to the brokers")


async def whole(consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition]) -> Spans:
    """Assign `partitions` to `consumer`; returns all that they hold now."""
    consumer.assign(partitions)
    first = await consumer.beginning_offsets(partitions)
    last = await _ends(consumer, partitions)
    return {tp: Span(first[tp], last[tp]) for tp in partitions}


async def read(consumer: AIOKafkaConsumer, spans: Spans) -> AsyncIterator[list[Record]]:
    """The records of `spans`, in order within a partition, in batches of at most 500."""
    open_ = {tp for tp, span in spans.items() if span.start < span.stop}
    consumer.pause(*(set(spans) - open_))
    consumer.resume(*open_)
    for tp in open_:
        consumer.seek(tp, spans[tp].start)
    while open_:
        batch = await consumer.getmany(*open_, timeout_ms=_WAIT_MS, max_records=_BATCH)
        found = [
            record_of(raw)
            for tp, raws in batch.items()
            for raw in raws
            if raw.offset < spans[tp].stop
        ]
        if found:
            yield found
        reached = {tp for tp in open_ if await consumer.position(tp) >= spans[tp].stop}
        if reached:
            consumer.pause(*reached)
            open_ -= reached


def record_of(raw: Any) -> Record:
    """A record of aiokafka as ours."""
    return Record(
        topic=raw.topic,
        partition=raw.partition,
        offset=raw.offset,
        key=raw.key,
        value=raw.value,
        headers=tuple(raw.headers),
        timestamp=None if raw.timestamp is None or raw.timestamp < 0 else raw.timestamp * 1_000_000,
    )


async def _ends(
    consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition]
) -> dict[TopicPartition, int]:
    """One past the last record of each.

    The embedded broker answers one past the *first* record of the last batch when asked for it; the
    high-water mark that comes with a fetch is right everywhere.
    """
    said: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
    filled = [tp for tp, end in said.items() if end > 0]
    for tp in filled:
        consumer.seek(tp, said[tp] - 1)
    while any(consumer.highwater(tp) is None for tp in filled):
        await consumer.getmany(*filled, timeout_ms=_WAIT_MS)
    return said | {tp: max(said[tp], consumer.highwater(tp)) for tp in filled}
