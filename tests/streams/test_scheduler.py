"""The scheduler: every incident is answered and settled, however the footage and the disk behave."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from processors.adapters.amend_list import DiskAmendList
from processors.errors import CutError, FootageError, OutputFullError
from processors.footage.setup import Setup, Setups
from processors.registry import JobState
from schemas.instant import NANOS, to_ns
from schemas.reason import Outcome, Reason
from schemas.status import ClipStatus, Stage
from tests.fakes.clock import NOON
from tests.fakes.deliveries import place
from tests.fakes.recordings import ScriptedRecordings
from tests.fakes.rig import AFTER, PATIENCE, Rig
from tests.fakes.virtual_time import run
from topics.names import CLIP_STATUS


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


def test_what_is_taken_away_is_neither_announced_nor_settled(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.report("mine", at=NOON, partition=0)
            rig.report("gone", at=NOON, partition=1)
            await asyncio.sleep(1)
            rig.taken(1)
            await rig.stream.until(1)
            await asyncio.sleep(60)

            assert [answer.incident.id for answer in rig.answers] == ["mine"]
            assert [partition for _, partition, _ in rig.stream.settled] == [0]

    run(scene())


def test_a_clip_being_cut_when_its_partition_goes_is_finished_for_the_next_owner(
    tmp_path: Path,
) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.cutter.hold()
            delivery = rig.report(at=NOON - 10 * NANOS)
            await rig.cutter.begun()
            rig.taken(0)
            rig.cutter.release()
            await asyncio.sleep(1)
            assert rig.answers == []
            assert rig.stream.settled == []

            rig.intake.take(rig.stream.again(delivery))
            await rig.stream.until(1)
            assert len(rig.answers) == 1
            assert len(rig.cutter.plans) == 1, "the finished clip was found, not cut again"

    run(scene())


def test_a_partition_that_comes_back_during_the_cut_is_settled_by_that_cut(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.cutter.hold()
            delivery = rig.report(at=NOON - 10 * NANOS)
            await rig.cutter.begun()
            rig.taken(0)
            rig.intake.take(rig.stream.again(delivery))
            rig.cutter.release()
            await rig.stream.until(1)

            assert len(rig.answers) == 1
            assert len(rig.cutter.plans) == 1

    run(scene())


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


def test_footage_that_changed_since_the_look_is_looked_at_again(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.cutter.faults = [FootageError("camera1/0004.mp4 changed since it was planned")]
            rig.report(at=NOON - 10 * NANOS)
            (answer,) = await rig.answered()

            assert answer.outcome is Outcome.COMPLETE
            assert len(rig.recordings.looks) >= 2
            assert rig.counted("clip_errors_total", type="internal") == 0

    run(scene())


def test_a_cut_that_fails_is_an_answer(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.cutter.faults = [CutError("ffmpeg ended with code 1")]
            rig.report(at=NOON - 10 * NANOS)
            (answer,) = await rig.answered()
            await rig.stream.until(1)

            assert (answer.outcome, answer.reason) == (Outcome.FAILED, Reason.CUT_FAILED)

    run(scene())


@pytest.mark.parametrize("where", ["look", "cut"])
def test_a_fault_of_ours_is_tried_again(tmp_path: Path, where: str) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            fail(rig, where, 2)
            rig.report(at=NOON - 10 * NANOS)
            (answer,) = await rig.answered()

            assert answer.outcome is Outcome.COMPLETE
            assert rig.counted("clip_errors_total", type="internal") == 2

    run(scene())


@pytest.mark.parametrize("where", ["look", "cut"])
def test_a_fault_that_stays_is_answered_as_ours(tmp_path: Path, where: str) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            fail(rig, where, 4)
            rig.report(at=NOON - 10 * NANOS)
            (answer,) = await rig.answered()
            await rig.stream.until(1)

            assert (answer.outcome, answer.reason) == (Outcome.FAILED, Reason.INTERNAL)

    run(scene())


def test_a_fault_with_one_incident_is_not_held_against_its_neighbours(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.recordings.faults["camera1"] = [RuntimeError("poison")]
            rig.report("first", at=NOON - 10 * NANOS)
            rig.report("second", at=NOON - 10 * NANOS)
            answers = await rig.answered(2)

            assert [answer.incident.id for answer in answers] == ["second", "first"], (
                "the others do not wait"
            )
            assert rig.counted("clip_errors_total", type="internal") == 1

    run(scene())


def test_a_fault_with_what_is_no_longer_ours_is_dropped(tmp_path: Path) -> None:
    """Otherwise a worker would publish a failure for an incident that another one is answering."""

    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.cutter.hold()
            rig.cutter.faults = [RuntimeError("a fault of ours")]
            rig.report(at=NOON - 10 * NANOS)
            await rig.cutter.begun()
            rig.taken(0)
            rig.cutter.release()
            await asyncio.sleep(120)

            assert len(rig.scheduler.registry) == 0
            assert list(rig.store.annotations.iterdir()) == []

    run(scene())


def test_a_full_disk_keeps_incidents_unsettled_until_there_is_room(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.store.full = True
            rig.cutter.faults = [OutputFullError("no room")] * 20
            rig.report(at=NOON - 10 * NANOS)
            await asyncio.sleep(600)
            assert rig.answers == []
            assert rig.stream.settled == []
            assert len(rig.scheduler.registry) == 1

            rig.store.full = False
            rig.cutter.faults = []
            (answer,) = await rig.answered()
            await rig.stream.until(1)
            assert answer.outcome is Outcome.COMPLETE

    run(scene())


def test_below_the_floor_an_incident_waits_for_room_and_says_so(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.store.below_floor = True
            rig.report(at=NOON - 10 * NANOS)
            await asyncio.sleep(60)
            assert rig.answers == []
            assert rig.cutter.plans == []
            said = rig.sender.to(CLIP_STATUS)[-1]
            told = ClipStatus.model_validate_json(said.value or b"")
            assert (told.status, told.waiting_for) == (Stage.WAITING, "room on the output volume")

            rig.store.below_floor = False
            (answer,) = await rig.answered()
            assert answer.outcome is Outcome.COMPLETE

    run(scene())


def test_below_the_floor_until_the_deadline_is_output_full(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.store.below_floor = True
            rig.report(at=NOON - 10 * NANOS)
            (answer,) = await rig.answered()
            await rig.stream.until(1)
            assert (answer.outcome, answer.reason) == (Outcome.FAILED, Reason.OUTPUT_FULL)
            waited = rig.clock.now() - (NOON - 10 * NANOS)
            assert waited >= 120 * NANOS, "room may still come"
            assert list(rig.store.videos.iterdir()) == []

    run(scene())


def test_draining_finishes_what_is_being_cut_and_leaves_the_rest_unsettled(tmp_path: Path) -> None:
    async def scene() -> None:
        rig = Rig(tmp_path, cutters=1)
        async with rig.working():
            rig.film()
            rig.cutter.hold()
            cutting = rig.report("cutting", at=NOON - 10 * NANOS)
            await rig.cutter.begun()
            rig.report("in line", at=NOON - 10 * NANOS)
            rig.report("waiting", at=NOON + 20 * NANOS)
            await asyncio.sleep(1)
            states = [job.state for job in rig.scheduler.registry]
            assert states == [JobState.CUTTING, JobState.READY, JobState.WAITING]
            leaving = asyncio.ensure_future(rig.scheduler.drain(30))
            await asyncio.sleep(0)
            rig.cutter.release()
            await leaving

            assert [answer.incident.id for answer in rig.answers] == ["cutting"]
            assert rig.stream.settled == [place(cutting)]

    run(scene())


def test_draining_gives_up_a_cut_that_does_not_end(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.cutter.hold()
            rig.report(at=NOON - 10 * NANOS)
            await rig.cutter.begun()
            await rig.scheduler.drain(5)

            assert rig.cutter.at_work == 0
            assert rig.stream.settled == []
            assert list((tmp_path / ".staging").rglob("*.mp4")) == []

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


def fail(rig: Rig, where: str, times: int) -> None:
    """Let looks or cuts fail for no reason of the footage."""
    faults: list[Exception] = [RuntimeError("a fault of ours")] * times
    if where == "look":
        rig.recordings.faults["camera1"] = faults
    else:
        rig.cutter.faults = faults


def test_an_incident_that_comes_back_right_after_its_cut_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film(
                ago=30, seconds=25
            )  # up to 5 s ago: partial, so a thread notes it to be amended
            rig.cutter.hold()
            rig.report(at=NOON - 4 * NANOS)
            await rig.cutter.begun()
            rig.taken(0)
            in_thread = asyncio.to_thread

            async def slow(work: Callable[..., object], *args: object) -> object:
                """A thread that takes so long that the incident is delivered again meanwhile."""
                done = await in_thread(work, *args)
                if "AmendList.add" in getattr(work, "__qualname__", ""):
                    rig.report(at=NOON - 4 * NANOS)
                return done

            monkeypatch.setattr("streams.scheduler.asyncio.to_thread", slow)
            rig.cutter.release()
            await asyncio.sleep(1)
            if not rig.answers:
                rig.report(at=NOON - 4 * NANOS)
            await rig.answered()
            await rig.stream.until(1)

            kinds = [entry.split()[0] for entry in rig.journal if "status" not in entry]
            assert kinds.index("sent") < kinds.index("settled"), "announced first, then settled"

    run(scene())


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
