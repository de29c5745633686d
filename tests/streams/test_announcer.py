"""The announcer: event first, mark second, settle last; and never an event twice without need."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from aiokafka.errors import MessageSizeTooLargeError

from processors.span import Span
from schemas.instant import NANOS, to_ns
from schemas.reason import Outcome
from schemas.status import ClipStatus, Stage
from streams.metrics import STAGES
from tests.fakes.clock import NOON
from tests.fakes.rig import AFTER, Rig
from tests.fakes.virtual_time import run
from topics.cloudevents import Envelope
from topics.names import CLIP_COMPLETED, CLIP_STATUS
from topics.record import Record


def test_the_event_comes_before_the_mark_and_the_mark_before_settling(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.report(at=NOON - 10 * NANOS)
            await rig.stream.until(1)

            told = [line for line in rig.journal if line != f"sent {CLIP_STATUS}"]
            assert told == [f"sent {CLIP_COMPLETED}", "marked", "settled"]
            assert rig.journal.index("marked") > rig.journal.index(f"sent {CLIP_STATUS}")

    run(scene())


def test_an_event_that_the_broker_does_not_take_is_neither_marked_nor_settled(
    tmp_path: Path,
) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.sender.refuse = refuse_answers
            rig.report(at=NOON - 10 * NANOS)
            await asyncio.sleep(300)
            assert "marked" not in rig.journal
            assert rig.stream.settled == []

            rig.sender.refuse = lambda _: None
            await rig.stream.until(1)
            assert len(rig.answers) == 1

    run(scene())


def test_what_was_announced_is_settled_without_another_event(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            delivery = rig.report(at=NOON - 10 * NANOS)
            await rig.stream.until(1)
            rig.intake.take(rig.stream.again(delivery))
            await rig.stream.until(2)

            assert len(rig.answers) == 1
            assert rig.counted("clip_requests_total", camera="camera1", status="duplicate") == 1

    run(scene())


def test_after_a_crash_between_event_and_mark_the_same_event_is_announced_again(
    tmp_path: Path,
) -> None:
    async def first_life() -> Record:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.sender.refuse = refuse_done  # the worker dies while it sends what follows the event
            rig.report(at=NOON - 10 * NANOS)
            (record,) = await rig.sender.until(CLIP_COMPLETED)
            return record

    async def second_life() -> Record:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.report(at=NOON - 10 * NANOS)
            (record,) = await rig.sender.until(CLIP_COMPLETED)
            assert rig.cutter.plans == []
            return record

    once, again = run(first_life()), run(second_life())
    assert once.header("ce_id") == again.header("ce_id")
    assert once.value == again.value


def test_annotations_that_no_topic_takes_are_left_out_of_the_event_only(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.sender.refuse = refuse_over(50_000)
            rig.report(at=NOON - 10 * NANOS, annotations={"picture": "x" * 60_000})
            (answer,) = await rig.answered()
            await rig.stream.until(1)

            assert answer.outcome is Outcome.COMPLETE
            assert answer.incident.annotations == {}
            kept = (rig.store.root / answer.annotation_files.json_.path).read_text()
            assert "x" * 60_000 in kept

    run(scene())


def test_an_answer_is_whole_where_only_its_status_is_too_large(tmp_path: Path) -> None:
    """One event id must not have two contents."""

    def refuse(record: Record) -> Exception | None:
        return refuse_over(50_000)(record) if record.topic == CLIP_STATUS else None

    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.sender.refuse = refuse
            rig.report(at=NOON - 10 * NANOS, annotations={"picture": "x" * 60_000})
            await rig.stream.until(1)

            (answer,) = rig.answers
            assert answer.incident.annotations == {"picture": "x" * 60_000}
            assert rig.stages[-1] == Stage.DONE

    run(scene())


def test_latency_counts_from_the_record_to_the_announcement(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.report(at=NOON)
            await rig.stream.until(1)

            assert rig.counted("clip_latency_seconds_count") == 1
            assert 5 <= rig.counted("clip_latency_seconds_sum") < 6, (
                "the file is closed 5 s after noon"
            )

    run(scene())


def test_each_part_of_the_way_is_timed_and_together_they_are_the_whole(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.cutter.takes = 2.0
            rig.report(at=NOON)
            await rig.stream.until(1)
            took = {stage: rig.counted("clip_stage_seconds_sum", stage=stage) for stage in STAGES}
            assert took["cut"] == pytest.approx(1.5)
            assert took["verify"] == pytest.approx(0.5)
            whole = sum(took[stage] for stage in STAGES[:-1])
            assert whole == pytest.approx(rig.counted("clip_latency_seconds_sum"))
            assert took["beyond_footage"] == pytest.approx(whole - AFTER)

    run(scene())


def test_a_settled_incident_is_one_line(tmp_path: Path, logged: list[dict[str, object]]) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            rig.report(at=NOON)
            await rig.stream.until(1)

    run(scene())
    (line,) = [entry for entry in logged if entry["event"] == "incident.settled"]
    assert line["outcome"] == "complete"
    assert (line["incident_id"], line["camera"], line["offset"]) == ("i-1", "camera1", 0)
    took = [float(str(line[f"{stage}_s"])) for stage in STAGES if stage != "beyond_footage"]
    assert sum(took) == pytest.approx(line["total_s"], abs=0.001)


def test_every_worker_says_the_same_time_of_report(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as first, Rig(tmp_path).working() as second:
            first.film()
            reported_at = first.clock.now()
            delivery = first.report(at=NOON - 10 * NANOS)
            await first.stream.until(1)
            await asyncio.sleep(60)
            second.intake.take(second.stream.deliver(delivery.record.value, at=reported_at))
            await second.stream.until(1)

            said = [
                ClipStatus.model_validate_json(record.value or b"")
                for record in (*first.sender.to(CLIP_STATUS), *second.sender.to(CLIP_STATUS))
            ]
            assert len(second.sender.to(CLIP_STATUS)) > 0
            assert {to_ns(status.created_at) for status in said} == {reported_at}

    run(scene())


def test_whoever_comes_later_the_time_of_report_is_that_of_the_first_record(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.recordings.film("camera1", Span(NOON - 20 * NANOS, NOON - 10 * NANOS), NOON)
            rig.report(at=NOON - 10 * NANOS)
            (partial,) = await rig.answered()
            await rig.stream.until(1)
            await asyncio.sleep(60)
            rig.report(at=NOON - 10 * NANOS)  # the producer tries again
            await rig.stream.until(2)
            again = rig.last_status
            rig.recordings.film("camera1", Span(NOON - 10 * NANOS, NOON), NOON)
            amended = await rig.scheduler._job.amend(partial, Envelope(), over=True)

            assert to_ns(again.created_at) == NOON
            assert amended is not None
            assert amended.reported_at == partial.reported_at == again.created_at
            assert amended.created_at > partial.created_at

    run(scene())


def refuse_answers(record: Record) -> Exception | None:
    return ConnectionError("the broker is away") if record.topic == CLIP_COMPLETED else None


def refuse_done(record: Record) -> Exception | None:
    final = record.topic == CLIP_STATUS and b'"answer":{' in (record.value or b"")
    return ConnectionError("the broker is away") if final else None


def refuse_over(size: int) -> Callable[[Record], Exception | None]:
    def refuse(record: Record) -> Exception | None:
        return MessageSizeTooLargeError("too large") if len(record.value or b"") > size else None

    return refuse
