"""The intake: whatever a record holds, it is answered, dead-lettered or ignored; and settled."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError, MessageSizeTooLargeError

from schemas.instant import NANOS, from_ns, rfc3339
from tests.fakes.clock import NOON
from tests.fakes.deliveries import place
from tests.fakes.rig import Rig
from tests.fakes.virtual_time import run
from topics import dead_letter
from topics.names import INCIDENT_REPORTED, dead_letters_of

DLQ = dead_letters_of(INCIDENT_REPORTED)


def body(**changes: object) -> bytes:
    said = {"camera_id": "camera1", "timestamp": rfc3339(from_ns(NOON))}
    return json.dumps(said | changes).encode()


DEAD = {
    "zero bytes": (b"", "malformed"),
    "not UTF-8": (b"\xff\xfe\x00", "malformed"),
    "half an object": (b"{", "malformed"),
    "an array": (b"[]", "malformed"),
    "deep nesting": (b"[" * 20_000, "malformed"),
    "a megabyte of garbage": (b"x" * 1_000_000, "malformed"),
    "NaN": (b'{"camera_id":"c","timestamp":"2026-01-01T00:00:00Z","before":NaN}', "malformed"),
    "no camera": (b'{"timestamp":"2026-01-01T00:00:00Z"}', "invalid"),
    "no timestamp": (b'{"camera_id":"camera1"}', "invalid"),
    "an unreadable timestamp": (body(timestamp="yesterday"), "invalid"),
    "a camera outside": (body(camera_id="../../etc"), "invalid"),
    "a negative length": (body(before=-5), "invalid"),
    "an end before the start": (body(end_timestamp="2020-01-01T00:00:00Z"), "invalid"),
    "too long": (body(before=3600), "too_long"),
}


@pytest.mark.parametrize("kind", DEAD)
def test_what_can_never_become_an_incident_is_dead_lettered_and_then_settled(
    tmp_path: Path, kind: str
) -> None:
    value, reason = DEAD[kind]

    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            delivery = rig.stream.deliver(value, at=NOON, headers=(("trace", b"1"),))
            rig.intake.take(delivery)
            await rig.stream.until(1)

            assert rig.journal == [f"sent {DLQ}", "settled"]
            letter = dead_letter.unwrap(rig.sender.to(DLQ)[0])
            assert letter is not None
            assert letter.reason == reason
            assert (letter.origin.topic, letter.origin.partition, letter.origin.offset) == place(
                delivery
            )
            assert (letter.original.key, letter.original.value) == (b"camera1", value)
            assert letter.original.headers == (("trace", b"1"),)
            assert letter.original.timestamp == NOON
            assert rig.counted("clip_dead_letters_total", reason=reason) == 1

    run(scene())


def test_a_dead_letter_that_the_broker_does_not_take_leaves_the_record_unsettled(
    tmp_path: Path,
) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.sender.refuse = lambda _: KafkaConnectionError("away")
            rig.intake.take(rig.stream.deliver(b"{", at=NOON))
            await asyncio.sleep(300)
            assert rig.stream.settled == []

            rig.sender.refuse = lambda _: None
            await rig.stream.until(1)
            assert len(rig.sender.to(DLQ)) == 1

    run(scene())


def test_a_dead_letter_that_is_too_large_is_kept_until_its_topic_takes_it(
    tmp_path: Path, logged: list[dict[str, Any]]
) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.sender.refuse = lambda _: MessageSizeTooLargeError("too large")
            rig.intake.take(rig.stream.deliver(b"{", at=NOON))
            await asyncio.sleep(300)
            assert rig.stream.settled == []
            assert "max.message.bytes" in logged[0]["fix"]

            rig.sender.refuse = lambda _: None
            await rig.stream.until(1)

    run(scene())


def test_a_tombstone_is_ignored_and_settled(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.intake.take(rig.stream.deliver(None, at=NOON))
            await rig.stream.until(1)

            assert rig.sender.sent == []
            assert rig.counted("clip_requests_total", camera="", status="ignored") == 1

    run(scene())


def test_a_fault_of_ours_is_a_dead_letter_that_says_so(tmp_path: Path) -> None:
    """Letting it out would make Faust ack the event, and so lose it."""

    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.intake._windows = None  # type: ignore[assignment] # breaks the reading of lengths
            rig.intake.take(rig.stream.deliver(body(), at=NOON))
            await rig.stream.until(1)

            letter = dead_letter.unwrap(rig.sender.to(DLQ)[0])
            assert letter is not None
            assert letter.reason == "fault"

    run(scene())


def test_an_incident_far_ahead_of_its_record_is_answered_at_once(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.report(at=NOON + 2 * 3600 * NANOS)
            (answer,) = await rig.answered()

            assert answer.reason == "in_future"
            assert rig.clock.now() < NOON + NANOS

    run(scene())


def test_the_agent_takes_what_comes_and_acks_nothing_itself(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            stream = AgentStream(rig, [body(), b"{", None, body(timestamp="never")])
            await rig.intake.consume(stream)
            await stream.until(4)

            assert stream.without_acks
            assert len(rig.answers) == 1
            assert len(rig.sender.to(DLQ)) == 2

    run(scene())


def test_beyond_the_limit_nothing_more_is_dead_lettered_nor_settled_but_incidents_are_answered(
    tmp_path: Path, logged: list[dict[str, Any]]
) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film()
            for _ in range(150):
                rig.intake.take(rig.stream.deliver(b"{", at=NOON))
            await rig.stream.until(99)
            rig.report()
            await rig.answered()

            assert len(rig.sender.to(DLQ)) == 99
            assert rig.dead_letters.exceeded == "100 of 100 records are dead letters, more than 50%"
            await rig.stream.until(100)
            assert [line["event"] for line in logged].count("dlq.limit_exceeded") == 1

    run(scene())


def test_records_that_come_again_after_a_rebalance_do_not_count_twice(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            for _ in range(3):
                for _ in range(60):
                    rig.intake.take(rig.stream.deliver(b"{", at=NOON))
                rig.dead_letters.forget()
            await rig.stream.until(180)

            assert rig.dead_letters.exceeded is None

    run(scene())


class AgentStream:
    """Faust's stream as the agent's body sees it."""

    def __init__(self, rig: Rig, values: list[bytes | None]) -> None:
        self.without_acks = False
        self.until = rig.stream.until
        self.ack = rig.stream.ack
        self._events = [rig.stream.deliver(value, at=NOON).event for value in values]

    def noack(self) -> "AgentStream":
        self.without_acks = True
        return self

    async def events(self) -> AsyncIterator[Any]:
        for event in self._events:
            yield event
