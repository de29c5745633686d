import asyncio
from pathlib import Path

import pytest

from devtools.broker.broker import Broker, BrokerError, ChildBroker
from devtools.broker.metadata import brokers_up
from devtools.broker.records import Message, create_topic, follow, produce, progress, read_all
from devtools.broker.tansu import TansuBroker
from devtools.port import free_port


def test_records_come_back_in_order_with_their_headers(any_broker: Broker) -> None:
    messages = [
        Message(str(n).encode(), key=b"k", headers=[("h", b"1"), ("h", b"2")], timestamp=1000 + n)
        for n in range(50)
    ]

    async def scene() -> None:
        await create_topic(any_broker.address, "in-order", partitions=3)
        places = await produce(any_broker.address, "in-order", messages)
        records = await read_all(any_broker.address, "in-order")
        assert [(r.partition, r.offset) for r in records] == places
        assert [r.value for r in records] == [m.value for m in messages]
        assert {r.headers for r in records} == {(("h", b"1"), ("h", b"2"))}
        assert [r.timestamp for r in records] == [m.timestamp for m in messages]

    asyncio.run(scene())


def test_an_empty_topic_has_no_records_and_its_group_no_progress(any_broker: Broker) -> None:
    async def scene() -> None:
        await create_topic(any_broker.address, "empty", partitions=2)
        assert await read_all(any_broker.address, "empty") == []
        found = await progress(any_broker.address, "nobody", "empty")
        assert {p: (at.committed, at.end, at.lag) for p, at in found.items()} == {
            0: (None, 0, 0),
            1: (None, 0, 0),
        }

    asyncio.run(scene())


def test_progress_is_what_a_group_committed(any_broker: Broker) -> None:
    from aiokafka import AIOKafkaConsumer, TopicPartition

    async def scene() -> None:
        await create_topic(any_broker.address, "lagging", partitions=1)
        await produce(any_broker.address, "lagging", [Message(b"x")] * 5)
        consumer = AIOKafkaConsumer(
            bootstrap_servers=any_broker.address, group_id="slow", enable_auto_commit=False
        )
        await consumer.start()
        consumer.assign([TopicPartition("lagging", 0)])
        await consumer.commit({TopicPartition("lagging", 0): 3})
        await consumer.stop()
        at = (await progress(any_broker.address, "slow", "lagging"))[0]
        assert (at.committed, at.end, at.lag) == (3, 5, 2)

    asyncio.run(scene())


def test_a_refused_topic_is_an_error(any_broker: Broker) -> None:
    async def scene() -> None:
        await create_topic(any_broker.address, "twice")
        with pytest.raises(ValueError, match="twice"):
            await create_topic(any_broker.address, "twice")

    asyncio.run(scene())


def test_following_sees_what_was_there_and_what_comes(any_broker: Broker) -> None:
    async def scene() -> None:
        await create_topic(any_broker.address, "live", partitions=1)
        await produce(any_broker.address, "live", [Message(b"old")])
        live = follow(any_broker.address, "live")
        assert (await anext(live)).value == b"old"
        await produce(any_broker.address, "live", [Message(b"new")])
        assert (await anext(live)).value == b"new"
        await live.aclose()

    asyncio.run(scene())


@pytest.mark.kafka
def test_kafka_keeps_acknowledged_records_over_a_kill(own_kafka: Broker) -> None:
    async def before() -> None:
        await create_topic(own_kafka.address, "kept", partitions=2)
        await produce(own_kafka.address, "kept", [Message(str(n).encode()) for n in range(20)])

    asyncio.run(before())
    address = own_kafka.address
    own_kafka.kill()
    assert not own_kafka.running
    assert brokers_up(address) == 0
    own_kafka.start()
    assert own_kafka.address == address
    records = asyncio.run(read_all(address, "kept"))
    assert sorted(int(r.value or b"") for r in records) == list(range(20))


@pytest.mark.embedded
def test_the_embedded_broker_comes_back_empty_at_the_same_address(tmp_path: Path) -> None:
    with TansuBroker(tmp_path) as broker:
        asyncio.run(create_topic(broker.address, "gone"))
        broker.restart()
        assert brokers_up(broker.address) == 1
        asyncio.run(create_topic(broker.address, "gone"))


@pytest.mark.embedded
def test_a_port_that_is_taken_is_an_error(tmp_path: Path) -> None:
    with TansuBroker(tmp_path) as first, pytest.raises(BrokerError, match="taken"):
        TansuBroker(tmp_path / "second", first.port).start()


class _Mute(ChildBroker):
    name = "Mute"
    durable = False

    def command(self) -> tuple[list[str | Path], dict[str, str]]:
        return ["sh", "-c", "echo no licence; exit 3"], {}


def test_a_broker_that_ends_at_once_says_why(tmp_path: Path) -> None:
    with pytest.raises(BrokerError, match="no licence"):
        _Mute(tmp_path).start()


def test_nobody_answers_at_a_free_port() -> None:
    assert brokers_up(f"127.0.0.1:{free_port()}") == 0
