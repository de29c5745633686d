"""What once went wrong, or nearly: each scene is a fault that must stay mended."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from processors.errors import FootageError, OutputFullError
from processors.footage.segment import Timeline
from processors.footage.setup import Setup, Setups
from processors.span import Span
from schemas.instant import NANOS, from_ns, to_ns
from schemas.reason import Outcome, Reason
from streams.amender import Amender
from tests.fakes.clock import NOON
from tests.fakes.recordings import ScriptedRecordings
from tests.fakes.rig import Rig
from tests.fakes.virtual_time import run

BERLIN = ZoneInfo("Europe/Berlin")
SECOND_HALF_PAST_TWO = to_ns(datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1))
HOUR = 3600 * NANOS


def berlin_at(rig: Rig, now: int) -> None:
    """It is `now` in Berlin, where the hour from two to three comes twice."""
    rig.intake._setups = Setups(Setup(zone=BERLIN))
    loop = asyncio.get_running_loop()
    rig.clock.now = lambda: now + round(loop.time() * NANOS)  # type: ignore[method-assign]


def closed_minutes(rig: Rig, around: int) -> None:
    """Files of a minute that appear when they are closed."""
    for minute in range(-10, 10):
        start = around + (minute * 60 - 30) * NANOS
        span = Span(start, start + 60 * NANOS)
        rig.recordings.film("camera1", span, appears=span.end)


def naive_half_past_two(rig: Rig) -> None:
    body = {"camera_id": "camera1", "timestamp": "2026-10-25T02:30:00"}
    rig.intake.take(rig.stream.deliver(json.dumps(body).encode(), at=rig.clock.now()))


def test_footage_that_has_not_appeared_yet_does_not_decide_a_doubled_hour(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            berlin_at(rig, SECOND_HALF_PAST_TWO + NANOS)
            closed_minutes(rig, SECOND_HALF_PAST_TWO - HOUR)
            closed_minutes(rig, SECOND_HALF_PAST_TWO)
            naive_half_past_two(rig)
            (answer,) = await rig.answered()

            assert (answer.outcome, answer.reason) == (Outcome.FAILED, Reason.AMBIGUOUS_TIME)

    run(scene())


def test_an_hour_that_has_not_come_yet_is_not_meant(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            first = SECOND_HALF_PAST_TWO - HOUR
            berlin_at(rig, first + NANOS)
            rig.film(ago=60, seconds=120)
            naive_half_past_two(rig)
            (answer,) = await rig.answered()

            assert answer.outcome is Outcome.COMPLETE
            assert answer.incident.timestamp == from_ns(first).astimezone(UTC)

    run(scene())


def test_no_deadline_passes_while_the_footage_root_is_away(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.recordings.gone = "the footage root is empty: is it mounted?"
            rig.film(ago=7200, seconds=7100)
            rig.report(at=NOON - HOUR)
            await asyncio.sleep(90)
            assert rig.answers == []

            rig.recordings.gone = None
            (answer,) = await rig.answered()
            assert answer.outcome is Outcome.COMPLETE

    run(scene())


def test_a_footage_root_that_goes_while_we_look_is_no_evidence(tmp_path: Path) -> None:
    class Unmounted(ScriptedRecordings):
        def timeline(self, camera: str, window: Span, now: int) -> Timeline:
            found = super().timeline(camera, window, now)
            if len(self.looks) > 1:
                return found
            self.gone = "the footage root is empty: is it mounted?"
            return Timeline(camera, known=False)

    async def scene() -> None:
        async with Rig(tmp_path, recordings=Unmounted()).working() as rig:
            rig.film(ago=7200, seconds=7100)
            rig.report(at=NOON - HOUR)
            await asyncio.sleep(10)
            assert rig.answers == []

            rig.recordings.gone = None
            (answer,) = await rig.answered()
            assert answer.outcome is Outcome.COMPLETE

    run(scene())


def test_a_folder_that_cannot_be_read_for_a_while_is_no_fault_of_ours(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.recordings.faults["camera1"] = [FootageError("stale file handle")] * 5
            rig.report(at=NOON)
            (answer,) = await rig.answered()

            assert answer.outcome is Outcome.COMPLETE

    run(scene())


def test_an_answer_whose_mark_cannot_be_written_is_settled_all_the_same(tmp_path: Path) -> None:
    async def scene() -> None:
        rig = Rig(tmp_path)
        async with rig.working():
            rig.film()

            def full(_: str, __: int) -> None:
                raise OutputFullError("no room for the mark")

            rig.store.mark_announced = full  # type: ignore[assignment]
            rig.report(at=NOON - 10 * NANOS)
            await asyncio.sleep(300)

            assert len(rig.answers) == 1
            assert len(rig.stream.settled) == 1

    run(scene())


def test_the_same_incident_with_a_corrected_time_keeps_its_clip(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.report("i-1", at=NOON - 10 * NANOS)
            (answer,) = await rig.answered()
            rig.report("i-1", at=NOON - 12 * NANOS)
            await rig.stream.until(2)

            assert [a.clip_id for a in rig.answers] == [answer.clip_id]
            assert len(list((tmp_path / "videos").iterdir())) == 1

    run(scene())


def test_a_crash_in_the_middle_of_an_amendment_is_made_good(tmp_path: Path) -> None:
    async def scene() -> None:
        rig = Rig(tmp_path)
        async with rig.working():
            rig.film(ago=30, seconds=25)
            rig.report(at=NOON - 4 * NANOS)
            (answer,) = await rig.answered()
            assert answer.video is not None
            video = tmp_path / answer.video.path
            video.write_bytes(b"of the second revision, whose manifest was not written any more")
            rig.recordings.film_live("camera1", NOON - 5 * NANOS, 60)
            await asyncio.sleep(61)
            amend_list = rig.scheduler._amend_list
            job, clock = rig.scheduler._job, rig.clock
            amender = Amender(job, rig.announcer, rig.store, amend_list, clock, amend_for=600)
            await amender.look()

            last = max(rig.answers, key=lambda a: a.revision)
            assert last.revision == 2
            assert last.video is not None
            assert (tmp_path / last.video.path).stat().st_size == last.video.size_bytes

    run(scene())
