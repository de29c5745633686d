"""What the publisher may expect of whatever it sends through: the fake and Faust's producer alike."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from devtools.broker.broker import Broker
from devtools.broker.records import create_topic, read_all
from schemas.kafka_settings import Kafka
from schemas.settings import FAUST_PREFIX
from streams.consumer import ClipApp
from streams.publisher import Publisher, Sender
from tests.fakes.sender import ListSender
from topics.record import Outgoing, Record

TOPIC = "sent"
Read = Callable[[], Awaitable[list[Record]]]


@asynccontextmanager
async def fake() -> AsyncIterator[tuple[Sender, Read]]:
    sender = ListSender()

    async def read() -> list[Record]:
        return sender.to(TOPIC)

    yield sender, read


@asynccontextmanager
async def real(broker: Broker) -> AsyncIterator[tuple[Sender, Read]]:
    with suppress(ValueError):  # the test before has made it
        await create_topic(broker.address, TOPIC, partitions=1)
    kafka = Kafka(idempotent_producer=broker.durable)
    app = ClipApp(
        "sender", kafka=kafka, env_prefix=FAUST_PREFIX, broker=f"kafka://{broker.address}"
    )
    await app.producer.start()

    async def read() -> list[Record]:
        return [
            Record(r.topic, r.partition, r.offset, r.key, r.value, r.headers, r.timestamp * 10**6)
            for r in await read_all(broker.address, TOPIC)
        ]

    try:
        yield app.producer, read
    finally:
        await app.producer.stop()


@pytest.fixture(
    params=[
        "fake",
        pytest.param("embedded", marks=pytest.mark.embedded),
        pytest.param("kafka", marks=pytest.mark.kafka),
    ]
)
def sending(request: pytest.FixtureRequest) -> Any:
    """Opens a sender and a way to read what it sent."""
    if request.param == "fake":
        return fake()
    return real(request.getfixturevalue(f"{request.param}_broker"))


def test_records_arrive_in_order_and_as_they_were_given(sending: Any) -> None:
    records = [
        Outgoing(TOPIC, b"camera1", b"{}", (("ce_id", b"1"), ("ce_id", b"2")), 1_500 * 10**6),
        Outgoing(TOPIC, None, b"without a key", (), 2_000 * 10**6),
        Outgoing(TOPIC, b"gone", None, (("why", None),), 2_001 * 10**6),
        Outgoing(TOPIC, b"large", b"x" * 900_000, (), 2_002 * 10**6),
    ]

    async def scene() -> None:
        async with sending as (sender, read):
            publisher = Publisher(sender)
            for record in records:
                await publisher.send(record)
            found = (await read())[-len(records) :]
            assert [(r.key, r.value, r.headers, r.timestamp) for r in found] == [
                (r.key, r.value, r.headers, r.timestamp) for r in records
            ]

    asyncio.run(scene())


def test_a_record_is_there_when_sending_returns(sending: Any) -> None:
    async def scene() -> None:
        async with sending as (sender, read):
            before = len(await read())
            await Publisher(sender).send(Outgoing(TOPIC, b"k", b"v"))
            assert len(await read()) == before + 1

    asyncio.run(scene())
