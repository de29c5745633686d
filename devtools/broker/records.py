"""A look at topics from outside the product: what is in them, and how far a group has come.

Works on Apache Kafka and on the embedded broker. `address` is host:port; further `client` arguments
go to aiokafka as they are (security_protocol, ssl_context, ...).
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

Headers = Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Record:
    """One record; `timestamp` in milliseconds since the epoch."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()
    timestamp: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """What to produce."""

    value: bytes | None
    key: bytes | None = None
    headers: Headers = ()
    partition: int | None = None
    timestamp: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a group has come in one partition."""

    committed: int | None
    """Next offset to be read; None before the first commit."""
    end: int

    @property
    def lag(self) -> int:
        """Records not committed yet."""
        return self.end - (self.committed or 0)


async def create_topic(
    address: str,
    topic: str,
    partitions: int = 4,
    configs: Mapping[str, str] | None = None,
    **client: Any,
) -> None:
    """Creates `topic` and returns when all its partitions have a leader; refused: `ValueError`."""
    async with _admin(address, **client) as admin:
        wanted = NewTopic(topic, partitions, 1, topic_configs=dict(configs or {}))
        wanted.replication_factor = -1  # the broker's default; the constructor refuses to say so
        answer = await admin.create_topics([wanted])
    if any(code for _, code, *_ in answer.topic_errors):
        raise ValueError(f"topic {topic} is refused: {answer.topic_errors}")
    await _partitions(address, topic, partitions, **client)


async def produce(
    address: str, topic: str, messages: Iterable[Message], **client: Any
) -> list[tuple[int, int]]:
    """Sends all, acknowledged by all replicas. Returns (partition, offset) of each."""
    producer = AIOKafkaProducer(bootstrap_servers=address, acks="all", **client)
    await producer.start()
    try:
        sent = [
            await producer.send(
                topic,
                m.value,
                key=m.key,
                partition=m.partition,
                timestamp_ms=m.timestamp,
                headers=list(m.headers),
            )
            for m in messages
        ]
        return [(done.partition, done.offset) for done in await asyncio.gather(*sent)]
    finally:
        await producer.stop()


async def read_all(address: str, topic: str, **client: Any) -> list[Record]:
    """Every record that `topic` has now, ordered by partition and offset. Takes part in no group."""
    records: list[Record] = []
    partitions = await _partitions(address, topic, **client)
    async with _consumer(address, **client) as consumer:
        consumer.assign(partitions)
        ends = await _ends(consumer, partitions)
        await consumer.seek_to_beginning()
        while not await _reached(consumer, ends):
            records += _flat(await consumer.getmany(timeout_ms=200))
    known = [r for r in records if r.offset < ends[TopicPartition(topic, r.partition)]]
    return sorted(known, key=lambda r: (r.partition, r.offset))


async def follow(address: str, *topics: str, **client: Any) -> AsyncGenerator[Record, None]:
    """Every record of `topics` from the beginning on, then each new one, without end.

    Close it when done (`contextlib.aclosing`): it holds a connection.
    """
    partitions = [tp for topic in topics for tp in await _partitions(address, topic, **client)]
    # On the embedded broker a fetch that waits does not wake on new records: waits are short.
    async with _consumer(address, fetch_max_wait_ms=100, **client) as consumer:
        consumer.assign(partitions)
        await consumer.seek_to_beginning()
        while True:
            for record in _flat(await consumer.getmany(timeout_ms=100)):
                yield record


async def progress(address: str, group: str, topic: str, **client: Any) -> dict[int, Progress]:
    """How far `group` has come in each partition of `topic`. Does not join the group."""
    partitions = await _partitions(address, topic, **client)
    async with _consumer(address, group_id=group, **client) as consumer:
        consumer.assign(partitions)
        ends = await _ends(consumer, partitions)
        return {tp.partition: Progress(await consumer.committed(tp), ends[tp]) for tp in partitions}


@asynccontextmanager
async def _consumer(address: str, **options: Any) -> AsyncIterator[Any]:
    consumer = AIOKafkaConsumer(bootstrap_servers=address, enable_auto_commit=False, **options)
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


@asynccontextmanager
async def _admin(address: str, **options: Any) -> AsyncIterator[Any]:
    admin = AIOKafkaAdminClient(bootstrap_servers=address, **options)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def _partitions(
    address: str, topic: str, count: int = 1, **client: Any
) -> list[TopicPartition]:
    """Asks until all have a leader: right after its creation a topic may be unknown or incomplete."""
    async with _admin(address, **client) as admin:
        for _ in range(100):
            (said,) = await admin.describe_topics([topic])
            led = [p["partition"] for p in said["partitions"] if p["leader"] >= 0]
            if len(led) >= count and len(led) == len(said["partitions"]):
                return [TopicPartition(topic, number) for number in sorted(led)]
            await asyncio.sleep(0.1)
    raise LookupError(f"there is no topic {topic} with {count} partitions")


async def _ends(consumer: Any, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
    """One past the last record of each.

    Asked for it, the embedded broker answers one past the *first* record of the last batch; the
    high-water mark that comes with a fetch is right on both.
    """
    said: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
    for tp, end in said.items():
        consumer.seek(tp, max(0, end - 1))
    unknown = [tp for tp, end in said.items() if end > 0]
    while any(consumer.highwater(tp) is None for tp in unknown):
        await consumer.getmany(*unknown, timeout_ms=100)
    return said | {tp: max(said[tp], consumer.highwater(tp)) for tp in unknown}


async def _reached(consumer: Any, ends: Mapping[TopicPartition, int]) -> bool:
    return all([await consumer.position(tp) >= end for tp, end in ends.items()])


def _flat(batches: Mapping[TopicPartition, Sequence[Any]]) -> list[Record]:
    return [
        Record(r.topic, r.partition, r.offset, r.key, r.value, tuple(r.headers), r.timestamp)
        for batch in batches.values()
        for r in batch
    ]
