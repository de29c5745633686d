"""The publisher: returns when the broker has it, and not before."""

import asyncio

import pytest
from aiokafka.errors import (
    KafkaConnectionError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    RecordTooLargeError,
)
from faust.exceptions import ProducerSendError
from hypothesis import given
from hypothesis import strategies as st

from streams.publisher import Publisher, TooLargeError
from tests.fakes.sender import ListSender
from tests.fakes.virtual_time import run
from topics.record import Outgoing

RECORD = Outgoing("clip.completed.v1", b"camera1", b"{}", (("ce_id", b"1"),), 1_500_000_000)


def test_a_record_arrives_as_it_was_given() -> None:
    async def scene() -> None:
        sender = ListSender()
        await Publisher(sender).send(RECORD)

        (sent,) = sender.sent
        assert (sent.topic, sent.key, sent.value) == ("clip.completed.v1", b"camera1", b"{}")
        assert sent.headers == RECORD.headers
        assert sent.timestamp == 1_500_000_000

    run(scene())


@pytest.mark.parametrize(
    "fault", [KafkaConnectionError("away"), KafkaTimeoutError("slow"), ConnectionResetError()]
)
def test_a_send_that_fails_is_tried_until_it_succeeds(fault: Exception) -> None:
    async def scene() -> float:
        sender = ListSender()
        sender.faults = [fault] * 20
        publisher = Publisher(sender)
        await publisher.send(RECORD)

        assert len(sender.sent) == 1
        assert sender.tried == 21
        assert publisher.sent == {"clip.completed.v1": 1}
        return asyncio.get_running_loop().time()

    took = run(scene())
    assert 15 * 5 <= took <= 20 * 5, "pauses grow to 5 s and no further"


@pytest.mark.parametrize("fault", [MessageSizeTooLargeError("x"), RecordTooLargeError("x")])
def test_a_record_that_is_too_large_is_refused_at_once(fault: Exception) -> None:
    async def scene() -> None:
        sender = ListSender()
        sender.faults = [fault]
        with pytest.raises(TooLargeError, match="refuses 2 bytes"):
            await Publisher(sender).send(RECORD)
        assert sender.tried == 1

    run(scene())


@pytest.mark.parametrize("cause", [KafkaTimeoutError("queue full"), None])
def test_a_send_that_faust_refuses_is_tried_until_it_succeeds(cause: Exception | None) -> None:
    async def scene() -> None:
        refused = ProducerSendError("Error while sending")
        refused.__cause__ = cause
        sender = ListSender()
        sender.faults = [refused]
        await Publisher(sender).send(RECORD)
        assert (sender.tried, len(sender.sent)) == (2, 1)

    run(scene())


def test_a_record_that_is_too_large_for_our_own_producer_is_refused_at_once() -> None:
    async def scene() -> None:
        refused = ProducerSendError("Error while sending")
        refused.__cause__ = MessageSizeTooLargeError("x")
        sender = ListSender()
        sender.faults = [refused]
        with pytest.raises(TooLargeError):
            await Publisher(sender).send(RECORD)

    run(scene())


def test_a_send_can_be_cancelled_while_the_broker_is_away() -> None:
    async def scene() -> None:
        sender = ListSender()
        sender.refuse = lambda _: KafkaConnectionError("away")
        sending = asyncio.ensure_future(Publisher(sender).send(RECORD))
        await asyncio.sleep(60)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending

    run(scene())


@pytest.mark.parametrize("fault", [KafkaConnectionError("away"), MessageSizeTooLargeError("x")])
def test_what_is_sent_without_waiting_is_tried_once(fault: Exception) -> None:
    async def scene() -> None:
        sender = ListSender()
        sender.faults = [fault]
        publisher = Publisher(sender)
        publisher.send_soon(RECORD)
        await asyncio.sleep(60)
        assert (sender.tried, sender.sent) == (1, [])

    run(scene())


def test_closing_gives_up_what_is_still_on_its_way() -> None:
    async def scene() -> None:
        sender = ListSender()
        publisher = Publisher(sender)
        publisher.send_soon(RECORD)
        await publisher.close()
        await asyncio.sleep(60)
        assert sender.sent == []

    run(scene())


@given(st.integers(0, 4_000_000_000_000))
def test_a_time_stamp_keeps_its_millisecond(milliseconds: int) -> None:
    async def scene() -> None:
        sender = ListSender()
        await Publisher(sender).send(Outgoing("t", None, b"", timestamp=milliseconds * 1_000_000))
        assert sender.sent[0].timestamp == milliseconds * 1_000_000

    run(scene())
