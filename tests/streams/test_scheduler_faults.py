"""The scheduler when something fails: a cut, a look, the disk. Every incident is still answered."""

import asyncio
from pathlib import Path

import pytest

from processors.errors import CutError, FootageError, OutputFullError
from schemas.instant import NANOS
from schemas.reason import Outcome, Reason
from schemas.status import ClipStatus, Stage
from tests.fakes.clock import NOON
from tests.fakes.rig import Rig
from tests.fakes.virtual_time import run
from topics.names import CLIP_STATUS


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


def fail(rig: Rig, where: str, times: int) -> None:
    """Let looks or cuts fail for no reason of the footage."""
    faults: list[Exception] = [RuntimeError("a fault of ours")] * times
    if where == "look":
        rig.recordings.faults["camera1"] = faults
    else:
        rig.cutter.faults = faults
