"""The scheduler: every incident is answered and settled, however the footage and the disk behave."""

import asyncio
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from processors.adapters.amend_list import DiskAmendList
from processors.footage.setup import Setup, Setups
from schemas.instant import NANOS, to_ns
from schemas.reason import Outcome, Reason
from schemas.status import Stage
from tests.fakes.clock import NOON
from tests.fakes.deliveries import place
from tests.fakes.recordings import ScriptedRecordings
from tests.fakes.rig import AFTER, PATIENCE, Rig
from tests.fakes.virtual_time import run


def test_an_incident_whose_footage_is_there_is_answered_and_settled(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            delivery = rig.report(at=NOON - 10 * NANOS)
            (answer,) = await rig.answered()
            await rig.stream.until(1)

            assert answer.outcome is Outcome.COMPLETE
            assert rig.stream.settled == [place(delivery)]
            assert len(rig.scheduler.registry) == 0
            assert rig.counted("clip_requests_total", camera="camera1", status="done") == 1

    run(scene())


def test_an_incident_waits_until_its_window_is_recorded(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.report(at=NOON)
            (answer,) = await rig.answered()
            await rig.stream.until(1)

            assert answer.outcome is Outcome.COMPLETE
            assert to_ns(answer.created_at) >= NOON + AFTER * NANOS
            assert set(rig.stages[:-1]) == {Stage.WAITING}
            assert rig.stages[-1] == Stage.DONE

    run(scene())


def test_nobody_looks_before_a_window_is_over_except_once_at_the_start(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film(seconds=600)
            rig.report(at=NOON + 100 * NANOS)
            await rig.answered()

            early = [at for _, at in rig.recordings.looks if at < NOON + 100 * NANOS]
            assert len(early) == 1

    run(scene())


def test_footage_that_never_comes_is_waited_for_until_the_deadline(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film(seconds=30)  # the camera stops at noon
            rig.report(at=NOON)
            (answer,) = await rig.answered()

            assert (answer.outcome, answer.reason) == (Outcome.PARTIAL, Reason.NOT_YET)
            assert answer.coverage < 1
            assert to_ns(answer.created_at) >= NOON + (AFTER + PATIENCE) * NANOS

    run(scene())


def test_a_redelivery_does_not_begin_the_wait_anew(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film(seconds=30)
            first = rig.report(at=NOON)
            await asyncio.sleep(15)
            rig.taken(0)
            rig.intake.take(rig.stream.again(first))
            (answer,) = await rig.answered()

            deadline = NOON + (AFTER + PATIENCE) * NANOS
            assert deadline <= to_ns(answer.created_at) < deadline + 2 * NANOS

    run(scene())


def test_the_same_incident_twice_is_one_clip_and_both_are_settled(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            both = [rig.report(at=NOON), rig.report(at=NOON)]
            await rig.stream.until(2)

            assert len(rig.answers) == 1
            assert len(rig.cutter.plans) == 1
            assert rig.stream.settled == [place(delivery) for delivery in both]
            assert rig.counted("clip_requests_total", camera="camera1", status="duplicate") == 1

    run(scene())


def test_one_look_serves_all_due_incidents_of_a_camera(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            for number in range(20):
                rig.report(f"i-{number}", at=NOON - 10 * NANOS)
            await rig.stream.until(20)

            assert rig.recordings.most_at_once["camera1"] == 1
            assert len({answer.clip_id for answer in rig.answers}) == 20

    run(scene())


@pytest.mark.parametrize("stalled_cameras", [1, 40])
def test_cameras_whose_file_system_hangs_stall_nobody_else(
    tmp_path: Path, stalled_cameras: int
) -> None:
    """In real time and with real threads: a look that hangs keeps its thread."""
    recordings = ScriptedRecordings()
    go = threading.Event()

    async def scene() -> None:
        lookers = ThreadPoolExecutor(64)
        async with Rig(tmp_path, recordings=recordings, lookers=lookers).working() as rig:
            try:
                for number in range(stalled_cameras):
                    recordings.stalled[f"slow{number}"] = go
                    rig.film(f"slow{number}")
                    rig.report(f"s-{number}", camera=f"slow{number}", at=NOON - 10 * NANOS)
                rig.film("quick")
                rig.report("q", camera="quick", at=NOON - 10 * NANOS)
                await asyncio.wait_for(rig.answered(), 20)

                assert [answer.camera_id for answer in rig.answers] == ["quick"]
            finally:
                go.set()
            await asyncio.wait_for(rig.stream.until(1 + stalled_cameras), 20)
        lookers.shutdown()

    asyncio.run(scene())


def test_a_hint_is_a_look_at_once_at_that_camera_only(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.report("one", camera="camera1")
            rig.report("two", camera="camera2")
            await asyncio.sleep(AFTER + 0.3)
            looks = Counter(camera for camera, _ in rig.recordings.looks)
            rig.scheduler.hint("camera1")
            rig.scheduler.hint("nobody")
            await asyncio.sleep(0.01)

            again = Counter(camera for camera, _ in rig.recordings.looks) - looks
            assert again == {"camera1": 1}
            assert rig.answers == []

    run(scene())


def test_cuts_at_the_same_time_are_bounded(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path, cutters=3).working() as rig:
            rig.film()
            rig.cutter.hold()
            for number in range(8):
                rig.report(f"i-{number}", at=NOON - (10 + number) * NANOS)
            await asyncio.sleep(5)
            assert rig.cutter.at_work == rig.scheduler.cutting == 3
            rig.cutter.release()
            await rig.stream.until(8)

    run(scene())


def test_progress_is_reported_less_often_when_many_wait(tmp_path: Path) -> None:
    async def reports(root: Path, incidents: int) -> float:
        async with Rig(root).working() as rig:
            for number in range(incidents):
                rig.report(f"i-{number}", at=NOON)
            await asyncio.sleep(AFTER + 10)
            return rig.stages.count(Stage.WAITING) / incidents

    few, many = run(reports(tmp_path / "few", 1)), run(reports(tmp_path / "many", 800))
    assert few == 5
    assert many <= 4


def test_a_doubled_hour_is_noted_to_be_amended_under_the_name_of_its_clip(tmp_path: Path) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    later = to_ns(datetime(2026, 10, 25, 2, 30, tzinfo=berlin, fold=1))

    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.intake._setups = Setups(Setup(zone=berlin))
            shift = later + 30 * NANOS - NOON
            loop = asyncio.get_running_loop()
            rig.clock.now = lambda: NOON + shift + round(loop.time() * NANOS)  # type: ignore[method-assign]
            rig.film(ago=60, seconds=29)  # of the later hour, up to just before the window's end
            rig.intake.take(
                rig.stream.deliver(
                    b'{"camera_id": "camera1", "timestamp": "2026-10-25T02:30:00"}',
                    at=rig.clock.now(),
                )
            )
            (answer,) = await rig.answered()
            await rig.stream.until(1)

            assert to_ns(answer.incident.timestamp) == later
            (stem,) = DiskAmendList(tmp_path).stems()
            assert (tmp_path / "annotations" / f"{stem}.json").exists()

    run(scene())
