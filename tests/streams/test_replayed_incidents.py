"""What a worker makes of incidents that a replay sends again."""

import asyncio
from pathlib import Path

from streams.delivery import Delivery
from tests.fakes.rig import Rig
from tests.fakes.virtual_time import run
from topics.cloudevents import ReplayMode
from topics.names import CLIP_COMPLETED
from topics.replaying import replayed


def again(rig: Rig, first: Delivery, mode: ReplayMode | None, replay_id: str = "r-1") -> None:
    """A replay sends what was reported first."""
    sent = replayed(first.record, replay_id, mode)
    delivery = rig.stream.deliver(
        sent.value, at=rig.clock.now(), headers=sent.headers, topic=sent.topic
    )
    rig.intake.take(delivery)


def test_forced_it_is_cut_anew_once_a_replay(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            first = rig.report()
            await rig.answered(1)
            for settled, replay_id in enumerate(["r-1", "r-1", "r-2"], 2):
                again(rig, first, ReplayMode.FORCE, replay_id)
                await rig.stream.until(settled)

            assert [(a.revision, a.replay_id) for a in rig.answers] == [
                (1, None),
                (2, "r-1"),
                (3, "r-2"),
            ]

    run(scene())


def test_while_the_footage_is_away_a_forced_one_waits(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            first = rig.report()
            await rig.answered(1)
            await asyncio.sleep(600)
            rig.recordings.gone = "not mounted"
            again(rig, first, ReplayMode.FORCE)
            await asyncio.sleep(60)
            assert len(rig.stream.settled) == 1

            rig.recordings.gone = None
            assert (await rig.answered(2))[1].revision == 2

    run(scene())


def test_forced_with_less_footage_left_the_clip_stays(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            first = rig.report()
            await rig.answered(1)
            rig.recordings.expire("camera1")
            again(rig, first, ReplayMode.FORCE)
            await rig.stream.until(2)

            assert [answer.revision for answer in rig.answers] == [1]

    run(scene())


def test_republished_it_is_the_same_event_and_otherwise_it_is_left_alone(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            first = rig.report()
            await rig.answered(1)
            again(rig, first, None)
            await rig.stream.until(2)
            assert len(rig.answers) == 1

            again(rig, first, ReplayMode.REPUBLISH)
            await rig.stream.until(3)
            one, two = rig.sender.to(CLIP_COMPLETED)
            assert (one.key, one.value) == (two.key, two.value)
            headers = dict(two.headers)
            assert headers["ce_id"] == dict(one.headers)["ce_id"]
            assert headers["ce_replayid"] == b"r-1"

    run(scene())


def test_an_incident_that_still_waits_is_answered_for_both(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            first = rig.report()
            again(rig, first, ReplayMode.FORCE)
            await rig.stream.until(2)
            assert len(rig.answers) == 1

    run(scene())
