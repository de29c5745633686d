"""The scheduler when partitions go and come back, and when the worker ends: nothing is settled by two."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from processors.registry import JobState
from schemas.instant import NANOS
from tests.fakes.clock import NOON
from tests.fakes.deliveries import place
from tests.fakes.rig import Rig
from tests.fakes.virtual_time import run


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
