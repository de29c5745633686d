"""What the worker does when Apache Kafka is not as it should be."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from devtools.broker.kafka import KafkaBroker
from devtools.broker.records import Message, produce, progress, read_all
from tests import poison
from tests.conftest import require_kafka
from tests.product import Product, RunningWorker
from topics.names import CLIP_COMPLETED, INCIDENT_REPORTED, all_topics

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaBroker]:
    require_kafka()
    folder = tmp_path_factory.mktemp("broker")
    with KafkaBroker(folder) as broker:
        Product(folder, broker.address).run("topics", "create")
        yield broker


@pytest.fixture
def clips(broker: KafkaBroker, tmp_path: Path) -> Product:
    settings = {"CLIPS_KAFKA__GROUP": tmp_path.name, "CLIPS_FOOTAGE__PATIENCE": "0s"}
    return Product(tmp_path, broker.address, settings)


def incident(clips: Product, incident_id: str, **more: Any) -> bytes:
    value = {
        "camera_id": "nowhere",
        "timestamp": "2026-11-24T08:00:00Z",
        "incident_id": f"{clips.folder.name}-{incident_id}",
        **more,
    }
    return json.dumps(value).encode()


def report(clips: Product, incident_id: str, **more: Any) -> None:
    message = Message(incident(clips, incident_id, **more), key=b"nowhere")
    asyncio.run(produce(clips.address, INCIDENT_REPORTED, [message]))


async def delete_all(address: str) -> None:
    """Delete all incidents, as retention does."""
    found = await progress(address, "nobody", INCIDENT_REPORTED)
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    await admin.delete_records(
        {
            TopicPartition(INCIDENT_REPORTED, number): RecordsToDelete(at.end)
            for number, at in found.items()
        }
    )
    await admin.close()


async def delete_topic(address: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    await admin.delete_topics([topic])
    while topic in await admin.list_topics():  # noqa: ASYNC110 - the broker tells nobody
        await asyncio.sleep(0.1)
    await admin.close()


def await_answer(clips: Product, worker: RunningWorker, incident_id: str) -> dict[str, Any]:
    wanted = f"{clips.folder.name}-{incident_id}"
    while True:
        for record in asyncio.run(read_all(clips.address, CLIP_COMPLETED)):
            answer: dict[str, Any] = json.loads(record.value or b"")
            if answer["incident"]["id"] == wanted:
                return answer
        assert worker.child.wait(0.2) is None, worker.child.tail()


async def limit(address: str, topic: str, size: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    (kept,) = (spec.configs for spec in all_topics(1) if spec.name == topic)
    configs = {**kept, "max.message.bytes": str(size)}
    await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs)])
    await admin.close()


def test_topics_with_other_partitions_are_told_and_served_all_the_same(clips: Product) -> None:
    other = Product(clips.folder, clips.address, {**clips.settings, "CLIPS_KAFKA__PARTITIONS": "5"})
    told = other.run("topics", "create", code=1).stderr
    assert f"{INCIDENT_REPORTED} has 2 partitions, not 5: set kafka.partitions" in told
    with other.worker() as worker:
        report(other, "served")
        await_answer(other, worker, "served")


def test_an_answer_that_the_topic_refuses_goes_without_its_annotations_and_the_next_is_whole(
    clips: Product,
) -> None:
    """Left alone, aiokafka would never send to that partition again."""
    with clips.worker() as worker:
        asyncio.run(limit(clips.address, CLIP_COMPLETED, 20_000))
        try:
            report(clips, "big", annotations={"text": "x" * 50_000})
            big = await_answer(clips, worker, "big")
            report(clips, "small", annotations={"text": "x"})
            small = await_answer(clips, worker, "small")
        finally:
            asyncio.run(limit(clips.address, CLIP_COMPLETED, 4_194_304))
    assert big["incident"]["annotations"] == {}
    assert small["incident"]["annotations"] == {"text": "x"}
    kept = json.loads((clips.output / big["annotation_files"]["json"]["path"]).read_text())
    assert kept["incident"]["annotations"] == {"text": "x" * 50_000}


def test_a_broker_that_is_started_anew_is_served_again(clips: Product, broker: KafkaBroker) -> None:
    with clips.worker() as worker:
        report(clips, "before")
        await_answer(clips, worker, "before")
        broker.kill()
        broker.start()
        report(clips, "after")
        await_answer(clips, worker, "after")


def test_incidents_that_are_deleted_unread_are_told_and_the_rest_is_answered(
    clips: Product,
) -> None:
    with clips.worker("first") as first:
        report(clips, "read")
        await_answer(clips, first, "read")
    for number in range(3):
        report(clips, f"unread-{number}")
    asyncio.run(delete_all(clips.address))
    report(clips, "left")
    with clips.worker("second") as second:
        await_answer(clips, second, "left")
        (told,) = second.await_lines("kafka.incidents_deleted_unread")
    assert told["count"] == 3


def test_a_topic_that_is_made_anew_is_read_from_its_beginning(clips: Product) -> None:
    with clips.worker(
        settings={"CLIPS_KAFKA__SESSION_TIMEOUT": "2s", "CLIPS_KAFKA__HEARTBEAT_INTERVAL": "500ms"}
    ) as worker:
        for number in range(3):
            report(clips, f"old-{number}")
        await_answer(clips, worker, "old-2")
        asyncio.run(delete_topic(clips.address, INCIDENT_REPORTED))
        clips.run("topics", "create")
        report(clips, "new")
        await_answer(clips, worker, "new")


def test_a_header_name_that_is_no_text_stops_nobody(clips: Product) -> None:
    with clips.worker() as worker:
        values = [incident(clips, name) for name in ("before", "poison", "after")]
        asyncio.run(poison.produce(clips.address, INCIDENT_REPORTED, *values, bad=1))
        for name in ("before", "poison", "after"):
            await_answer(clips, worker, name)


def test_a_static_member_has_its_partitions_back_at_once(clips: Product) -> None:
    """Without it the group would wait for the dead worker until its session ends."""
    member = {"CLIPS_KAFKA__INSTANCE_ID": "worker-1", "CLIPS_KAFKA__SESSION_TIMEOUT": "120s"}
    with clips.worker("first", settings=member) as first:
        report(clips, "first")
        await_answer(clips, first, "first")
        first.child.kill()
    with clips.worker("second", settings=member) as second:
        report(clips, "second")
        await_answer(clips, second, "second")
