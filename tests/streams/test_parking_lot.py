"""Long waits and crowds leave their topic, acknowledged, so that its watermark can move."""

import asyncio
from pathlib import Path

from schemas.instant import NANOS
from schemas.settings import Limits
from tests.fakes.clock import NOON
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
