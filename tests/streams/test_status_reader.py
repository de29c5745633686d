"""The list of clips follows the topic, and can always be made from it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from uuid import uuid4

import pytest

from devtools.broker.broker import Broker
from devtools.broker.kafka import KafkaBroker
from devtools.broker.records import Message, create_topic, produce
from processors.adapters.read_model import ReadModel
from processors.clip_query import ClipQuery
from schemas.http import ClipView
from schemas.kafka_settings import Kafka
from schemas.status import ClipStatus, Stage
from streams.status_reader import StatusReader
from tests.conftest import require_kafka
from tests.statuses import answered, clip_id, unanswered

_SOON = 20.0


def said(*changes: ClipStatus) -> list[Message]:
    return [
        Message(change.model_dump_json().encode(), change.clip_id.encode()) for change in changes
    ]


@contextmanager
def following(broker: Broker, topic: str, path: Path) -> Iterator[ReadModel]:
    """A list that has caught up with the topic and follows it."""
    model = ReadModel(path)
    model.open()
    reader = StatusReader(
        Kafka(bootstrap_servers=broker.address, fetch_wait=0.01, idempotent_producer=False),
        model,
        topic,
    )
    reader.start()
    try:
        assert reader.loaded.wait(_SOON)
        yield model
    finally:
        reader.stop()


def clips_of(model: ReadModel) -> list[str]:
    return [ClipView.model_validate_json(clip).clip_id for clip in model.page(ClipQuery()).clips]


def wait_for(model: ReadModel, name: str, stage: Stage) -> None:
    """Until the list says so; fails when it never does."""
    tick = Event()
    for _ in range(int(_SOON / 0.02)):
        found = model.get(clip_id(name))
        if found is not None and found.status is stage:
            return
        tick.wait(0.02)
    pytest.fail(f"{name} was never {stage}")


@pytest.fixture
def topic(any_broker: Broker) -> str:
    name = f"status-{uuid4().hex[:8]}"
    asyncio.run(create_topic(any_broker.address, name, partitions=3))
    return name


def test_what_was_there_is_loaded_and_what_comes_is_followed(
    any_broker: Broker, topic: str, tmp_path: Path
) -> None:
    old = [answered(str(number)) for number in range(50)]
    asyncio.run(produce(any_broker.address, topic, said(*old)))
    with following(any_broker, topic, tmp_path / "a") as model:
        assert len(model.page(ClipQuery(limit=500)).clips) == 50
        asyncio.run(produce(any_broker.address, topic, said(unanswered("new", Stage.CUTTING))))
        wait_for(model, "new", Stage.CUTTING)


def test_a_restart_reads_on_and_a_lost_file_is_made_again(
    any_broker: Broker, topic: str, tmp_path: Path
) -> None:
    asyncio.run(produce(any_broker.address, topic, said(answered("a"), answered("b"))))
    with following(any_broker, topic, tmp_path / "a") as model:
        before = model.positions()
    asyncio.run(produce(any_broker.address, topic, said(answered("c"))))
    with following(any_broker, topic, tmp_path / "a") as model:
        assert sum(model.positions().values()) == sum(before.values()) + 1
        first = model.page(ClipQuery()).clips
    with following(any_broker, topic, tmp_path / "b") as model:
        assert model.page(ClipQuery()).clips == first


def test_tombstones_and_what_is_no_status_change_nothing(
    any_broker: Broker, topic: str, tmp_path: Path
) -> None:
    noise = [Message(None, b"k"), Message(b"{", b"k"), Message(b'{"clip_id":1}', b"k")]
    asyncio.run(produce(any_broker.address, topic, [*said(answered("a")), *noise]))
    with following(any_broker, topic, tmp_path / "a") as model:
        assert clips_of(model) == [clip_id("a")]
        assert sum(model.positions().values()) == 4


def test_a_topic_made_anew_makes_the_list_anew(
    any_broker: Broker, topic: str, tmp_path: Path
) -> None:
    asyncio.run(produce(any_broker.address, topic, said(answered("a"))))
    ahead = ReadModel(tmp_path / "a")
    ahead.open()
    ahead.fold([answered("of the old topic")], {0: 1000, 1: 1000, 2: 1000})
    ahead.close()
    with following(any_broker, topic, tmp_path / "a") as model:
        assert clips_of(model) == [clip_id("a")]


def test_a_file_damaged_while_it_is_used_is_made_again(
    any_broker: Broker, topic: str, tmp_path: Path
) -> None:
    asyncio.run(produce(any_broker.address, topic, said(answered("a"))))
    with following(any_broker, topic, tmp_path / "a") as model:
        model.set_aside("a test broke it")
    with following(any_broker, topic, tmp_path / "a") as model:
        wait_for(model, "a", Stage.DONE)


@pytest.mark.kafka
def test_the_list_is_readable_while_kafka_is_away_and_follows_when_it_is_back(
    tmp_path: Path,
) -> None:
    require_kafka()
    with KafkaBroker(tmp_path / "kafka") as broker:
        asyncio.run(create_topic(broker.address, "status", partitions=2))
        asyncio.run(produce(broker.address, "status", said(answered("a"))))
        with following(broker, "status", tmp_path / "a") as model:
            broker.kill()
            assert model.get(clip_id("a")) is not None
            broker.start()
            asyncio.run(produce(broker.address, "status", said(answered("b"))))
            wait_for(model, "b", Stage.DONE)
