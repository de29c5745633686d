"""Sends records and returns only when the broker has them.

A send that fails is tried again for as long as it takes: the incident stays unsettled meanwhile, so
giving up would lose nothing, but trying again answers sooner. Status changes that are not final may
be sent without waiting.
"""

import asyncio
from typing import Any, Protocol

import structlog
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, RecordTooLargeError
from faust.exceptions import ProducerSendError

from topics.record import Outgoing

_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 5.0

log = structlog.get_logger(__name__)


class TooLargeError(Exception):
    """The broker does not take a record of this size; trying again would not help."""


class Sender(Protocol):
    """What we need of Faust's producer."""

    async def send_and_wait(  # noqa: PLR0917 - the signature is Faust's
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None,
        timestamp: float | None,
        headers: Any,
    ) -> Any:
        """Send, and return once the broker has acknowledged."""
        ...


class Outbox(Protocol):
    """Where records go out."""

    async def send(self, record: Outgoing) -> None:
        """Return when the broker has the record."""
        ...


class Publisher:
    """Acknowledged sends on top of a producer."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._background: set[asyncio.Task[None]] = set()
        self.sent: dict[str, int] = {}

    async def send(self, record: Outgoing) -> None:
        """Return when the broker has the record; raises `TooLargeError`, or is cancelled."""
        pause = _FIRST_PAUSE
        while True:
            try:
                await self._send_once(record)
            except (MessageSizeTooLargeError, RecordTooLargeError) as exc:
                raise TooLargeError(
                    f"{record.topic} refuses {len(record.value or b'')} bytes"
                ) from exc
            except (KafkaError, OSError) as exc:
                log.warning(
                    "kafka.send_failed", topic=record.topic, error=repr(exc), retry_in=pause
                )
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
            else:
                self.sent[record.topic] = self.sent.get(record.topic, 0) + 1
                return

    def send_soon(self, record: Outgoing) -> None:
        """Send without waiting, at most once: for what a later record will correct anyway."""
        task = asyncio.get_running_loop().create_task(self._try(record))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def close(self) -> None:
        """Give up what is still being sent without waiting."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)

    async def _try(self, record: Outgoing) -> None:
        try:
            await self._send_once(record)
        except (KafkaError, OSError) as exc:
            log.debug("kafka.status_not_sent", topic=record.topic, error=repr(exc))

    async def _send_once(self, record: Outgoing) -> None:
        try:
            await self._sender.send_and_wait(
                record.topic,
                record.key,
                record.value,
                None,
                _seconds(record.timestamp),
                list(record.headers),
            )
        except ProducerSendError as exc:
            # Faust wraps what aiokafka says before a record is queued, such as a full queue.
            raise exc.__cause__ or KafkaError(str(exc)) from exc


def _seconds(timestamp: int | None) -> float | None:
    """Kafka counts milliseconds; Faust's producer takes seconds and cuts them to milliseconds.

    From the middle of the millisecond, because 2.002 s would be cut to 2001 ms.
    """
    return None if timestamp is None else (timestamp // 1_000_000 + 0.5) / 1000
