"""What a rebalance drops is read again, also where nothing has been committed yet."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import OffsetAndMetadata
from faust.transport.drivers.aiokafka import Consumer

from devtools.broker.broker import Broker
from devtools.broker.records import Message, create_topic, produce
from schemas.kafka_settings import Kafka
from schemas.settings import FAUST_PREFIX
from streams.consumer import ClipApp, SafeConsumer

pytestmark = pytest.mark.kafka
RECORDS = 10


class _Reader(AIOKafkaConsumer):  # type: ignore[misc] # aiokafka is untyped here
    """aiokafka's consumer, which also answers what Faust asks of its thread."""

    async def highwaters(self, *partitions: TopicPartition) -> Mapping[TopicPartition, int]:
        ends: dict[TopicPartition, int] = await self.end_offsets(partitions)
        return ends


async def _drop_and_seek(broker: Broker, kind: type[Any], committed: int | None) -> list[int]:
    """Offsets that are read when a fetch was dropped and Faust has sought back."""
    topic = f"seek-{uuid4().hex[:8]}"
    await create_topic(broker.address, topic, 1)
    await produce(broker.address, topic, [Message(b"{}")] * RECORDS)
    async with _Reader(
        bootstrap_servers=broker.address,
        group_id=topic,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    ) as reader:
        partition = TopicPartition(topic, 0)
        reader.assign([partition])
        if committed is not None:
            await reader.commit({partition: OffsetAndMetadata(committed, "")})
        dropped = await _read(reader)
        assert dropped[-1] == RECORDS - 1
        await _on_top_of(reader, kind).perform_seek()
        return await _read(reader)


def _on_top_of(reader: AIOKafkaConsumer, kind: type[Any]) -> Any:
    """Faust's half of a consumer, with `reader` where it has a thread."""

    async def nothing(*_: object) -> None: ...

    kafka = Kafka()
    app = ClipApp(kafka.group, kafka=kafka, env_prefix=FAUST_PREFIX, broker="kafka://127.0.0.1:1")
    consumer = kind(
        app.transport,
        callback=nothing,
        on_partitions_revoked=nothing,
        on_partitions_assigned=nothing,
        loop=asyncio.get_running_loop(),
    )
    consumer._thread.thread_loop.close()
    consumer._thread = reader
    return consumer


async def _read(reader: AIOKafkaConsumer) -> list[int]:
    """The offsets that come until none comes any more."""
    found: list[int] = []
    while batch := await reader.getmany(timeout_ms=1000):
        found += [record.offset for records in batch.values() for record in records]
    return found


@pytest.mark.parametrize("committed", [None, 4])
def test_a_dropped_fetch_is_read_again(kafka_broker: Broker, committed: int | None) -> None:
    again = asyncio.run(_drop_and_seek(kafka_broker, SafeConsumer, committed))
    assert again == list(range(committed or 0, RECORDS))


def test_stock_faust_loses_it_where_nothing_was_committed(kafka_broker: Broker) -> None:
    assert asyncio.run(_drop_and_seek(kafka_broker, Consumer, None)) == []
