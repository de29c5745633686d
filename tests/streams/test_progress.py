"""Progress is said while it lasts, not when it is over, and not more of it than anybody can read."""

import asyncio
from pathlib import Path

from aiokafka.errors import KafkaError

from schemas.instant import NANOS
from schemas.status import Stage
from tests.fakes.clock import NOON
from tests.fakes.rig import Rig
from tests.fakes.virtual_time import run
from topics.names import CLIP_COMPLETED
from topics.record import Record


def test_of_a_clip_that_is_made_at_once_only_the_answer_is_said(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.report(at=NOON - 10 * NANOS)
            await rig.stream.until(1)
            await asyncio.sleep(5)
            assert rig.stages == [Stage.DONE]

    run(scene())


def test_who_stands_in_line_is_heard_of(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path, cutters=1).working() as rig:
            rig.film()
            rig.cutter.takes = 3.0
            rig.report("first", at=NOON - 10 * NANOS)
            rig.report("second", at=NOON - 11 * NANOS)
            await asyncio.sleep(1)
            assert sorted(rig.stages) == [Stage.CUTTING, Stage.PENDING]

    run(scene())


def test_the_answer_has_the_last_word_however_long_its_announcement_takes(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.cutter.takes = 0.2
            rig.sender.refuse = refuse_answers
            rig.report(at=NOON - 10 * NANOS)
            await asyncio.sleep(5)
            rig.sender.refuse = lambda _: None
            await rig.stream.until(1)
            assert rig.stages == [Stage.DONE]

    run(scene())


def test_however_many_come_a_bounded_number_is_heard_of_in_a_second(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path, cutters=1).working() as rig:
            rig.film()
            rig.cutter.hold()
            for number in range(120):
                rig.report(f"i-{number}", at=NOON - 10 * NANOS)
            await asyncio.sleep(0.3)
            assert len(rig.stages) == 50
            await asyncio.sleep(1)
            assert len(rig.stages) == 120

    run(scene())


def test_what_was_taken_away_is_not_spoken_of(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.report(at=NOON)
            rig.taken(0)
            await asyncio.sleep(5)
            assert rig.stages == []

    run(scene())


def refuse_answers(record: Record) -> Exception | None:
    return KafkaError("no") if record.topic == CLIP_COMPLETED else None
