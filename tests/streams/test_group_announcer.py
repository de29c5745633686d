"""One record for each group, whoever answers its cameras and whatever crashes in between."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError

from devtools.broker.records import Message, produce, read_all
from processors.adapters.group_book import DiskGroupBook
from schemas.clip import ClipCompleted
from schemas.incident import Group
from schemas.instant import to_ns
from streams.group_announcer import GroupAnnouncer
from streams.publisher import Publisher
from tests.fakes.rig import Rig
from tests.fakes.sender import ListSender
from tests.fakes.virtual_time import run
from tests.product import Product
from tests.seed_answers import complete
from topics.names import INCIDENT_GROUP, INCIDENT_REPORTED

CAMERAS = ("camera1", "camera2", "camera3")


def answer(camera: str) -> ClipCompleted:
    incident = complete().incident.model_copy(update={"group": Group(id="g", size=len(CAMERAS))})
    return complete(camera_id=camera, clip_id=f"clip of {camera}", incident=incident)


def records(sender: ListSender) -> list[dict[str, Any]]:
    return [json.loads(record.value or b"") for record in sender.to(INCIDENT_GROUP)]


def test_the_last_camera_completes_the_group_once(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            group = {"id": "lobby", "size": 2}
            rig.film("camera1")
            rig.report("i-1", camera="camera1", group=group)
            await rig.answered(1)
            assert records(rig.sender) == []

            rig.report("i-2", camera="dark", group=group)
            await rig.answered(2)
            await rig.stream.until(2)
            rig.report(
                "i-2", camera="dark", group=group, at=to_ns(rig.answers[1].incident.timestamp)
            )
            await rig.stream.until(3)

            (record,) = records(rig.sender)
            assert rig.sender.to(INCIDENT_GROUP)[0].key == b"lobby"
            assert [(clip["camera_id"], clip["outcome"]) for clip in record["clips"]] == [
                ("camera1", "complete"),
                ("dark", "failed"),
            ]
            told = rig.journal.index(f"sent {INCIDENT_GROUP}")
            assert rig.journal[:told].count("settled") == 1

    run(scene())


def test_workers_that_answer_at_once_announce_once(tmp_path: Path) -> None:
    async def scene() -> None:
        sender = ListSender([])
        workers = [GroupAnnouncer(Publisher(sender), DiskGroupBook(tmp_path)) for _ in CAMERAS]
        await asyncio.gather(
            *(worker.note(answer(camera)) for worker, camera in zip(workers, CAMERAS, strict=True))
        )
        assert len(records(sender)) == 1

    run(scene())


def test_what_a_crash_left_unannounced_the_redelivered_incident_makes_good(tmp_path: Path) -> None:
    async def scene() -> None:
        book = DiskGroupBook(tmp_path)
        for camera in CAMERAS:
            book.add("g", answer(camera))  # and then the worker died
        sender = ListSender([])
        await GroupAnnouncer(Publisher(sender), book).note(answer("camera2"))
        assert len(records(sender)) == 1

    run(scene())


def test_while_kafka_is_away_nobody_is_told_that_it_is_done(tmp_path: Path) -> None:
    async def scene() -> None:
        book, sender = DiskGroupBook(tmp_path), ListSender([])
        for camera in CAMERAS[:2]:
            book.add("g", answer(camera))
        sender.refuse = lambda _: KafkaConnectionError("away")
        noting = asyncio.ensure_future(
            GroupAnnouncer(Publisher(sender), book).note(answer("camera3"))
        )
        await asyncio.sleep(60)
        assert not noting.done()
        assert not book.is_announced("g")

        sender.refuse = lambda _: None
        await noting
        assert len(records(sender)) == 1

    run(scene())


def test_an_incident_without_a_group_leaves_nothing(tmp_path: Path) -> None:
    async def scene() -> None:
        alone = complete().incident.model_copy(update={"group": None})
        sender = ListSender([])
        groups = GroupAnnouncer(Publisher(sender), DiskGroupBook(tmp_path))
        await groups.note(complete(incident=alone))

    run(scene())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.embedded
def test_two_real_workers_announce_a_group_of_many_cameras_once(embedded_product: Product) -> None:
    product = embedded_product
    cameras = [f"camera{n}" for n in range(8)]
    group = {"id": "lobby", "size": len(cameras)}
    said = {"timestamp": "2026-11-24T08:00:00Z", "group": group}
    messages = [
        Message(json.dumps(said | {"camera_id": camera}).encode(), key=camera.encode())
        for camera in cameras
    ]
    with product.worker("one") as one, product.worker("two") as two:
        asyncio.run(produce(product.address, INCIDENT_REPORTED, messages))
        while not (found := asyncio.run(read_all(product.address, INCIDENT_GROUP))):
            assert one.child.wait(0.2) is None, one.child.tail()
            assert two.child.wait(0.0) is None, two.child.tail()
    found = asyncio.run(read_all(product.address, INCIDENT_GROUP))
    assert {record.key for record in found} == {b"lobby"}
    assert len({dict(record.headers)["ce_id"] for record in found}) == 1
    clips = json.loads(found[0].value or b"")["clips"]
    assert [clip["camera_id"] for clip in clips] == cameras
