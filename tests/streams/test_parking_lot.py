"""Long waits and crowds leave their topic, acknowledged, so that its watermark can move."""

import asyncio
from pathlib import Path

from schemas.instant import NANOS
from schemas.reason import Reason
from schemas.settings import Limits
from tests.fakes.clock import NOON
from tests.fakes.deliveries import place
from tests.fakes.rig import Rig
from tests.fakes.virtual_time import run
from topics import parking
from topics.names import INCIDENT_RETRY


def test_a_long_wait_is_parked_before_it_is_settled(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film(seconds=600)
            rig.report(at=NOON + 300 * NANOS)
            (parked,) = await rig.sender.until(INCIDENT_RETRY, 1)
            await asyncio.sleep(1)

            assert parking.reported_at(parked) == NOON
            assert len(rig.scheduler.registry) == 0
            sent = next(i for i, line in enumerate(rig.journal) if line == f"sent {INCIDENT_RETRY}")
            settled = next(i for i, line in enumerate(rig.journal) if line == "settled")
            assert sent < settled

    run(scene())


def test_what_lies_far_ahead_is_parked_without_a_look(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.report(at=NOON + 300 * NANOS)
            await rig.stream.until(1)

            assert rig.recordings.looks == []
            assert rig.stages == []

    run(scene())


def test_an_hour_too_far_ahead_is_answered_at_once(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.report(at=NOON + 4000 * NANOS)
            (answer,) = await rig.answered()
            assert answer.reason is Reason.IN_FUTURE

    run(scene())


def test_long_waits_go_to_the_end_of_the_retry_topic_to_let_others_pass(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film(seconds=600)
            first = rig.report("far", at=NOON + 300 * NANOS)
            rig.report("near", at=NOON + 20 * NANOS)
            await rig.stream.until(1)
            again = rig.stream.deliver(
                first.record.value, at=NOON, topic=INCIDENT_RETRY, partition=7
            )
            rig.intake.take(again)
            await asyncio.sleep(1)
            assert len(rig.scheduler.registry) == 2

            rig.scheduler.send_round()
            await rig.stream.until(2)
            assert rig.stream.settled[-1] == place(again)
            assert [job.request.incident_id for job in rig.scheduler.registry] == ["near"]
            assert len(rig.sender.to(INCIDENT_RETRY)) == 2

    run(scene())


def test_a_crowd_of_one_camera_is_parked_and_another_camera_is_not(tmp_path: Path) -> None:
    async def scene() -> None:
        limits = Limits(max_waiting_per_camera=3)
        async with Rig(tmp_path, limits=limits).working() as rig:
            rig.film(seconds=60)
            rig.film("camera2", seconds=60)
            for number in range(10):
                rig.report(f"i-{number}")
            rig.report("other", camera="camera2")
            answers = await rig.answered(4)

            assert len(rig.sender.to(INCIDENT_RETRY)) == 7
            assert {answer.camera_id for answer in answers} == {"camera1", "camera2"}

    run(scene())
