"""The agent: takes records off the incident topics and hands them on. It never blocks, never raises.

An exception that left the agent would make Faust ack the event, and so lose it.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Protocol

import structlog

from processors.footage.setup import Setups
from processors.ports import Clock
from processors.ready_queue import Lane
from processors.request import ClipRequest
from processors.window import request
from schemas.reason import DeadLetterReason
from schemas.settings import Windows
from schemas.version import VERSION
from streams.delivery import Delivery
from streams.metrics import NO_CAMERA, Metrics
from streams.publisher import Outbox, TooLargeError
from topics import codec, dead_letter, parking
from topics.codec import Ignored, Malformed
from topics.names import INCIDENT_BACKFILL
from topics.record import Outgoing

_REFUSED_PAUSE = 60.0

log = structlog.get_logger(__name__)


class Desk(Protocol):
    """Where understood incidents go."""

    def admit(self, wanted: ClipRequest, delivery: Delivery) -> None:
        """Take an incident and see to it that it is answered and settled."""
        ...


class Intake:
    """Turns records into requests, dead letters or nothing."""

    def __init__(
        self,
        desk: Desk,
        outbox: Outbox,
        *,
        setups: Setups,
        windows: Windows,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._desk = desk
        self._outbox = outbox
        self._setups = setups
        self._windows = windows
        self._metrics = metrics
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    async def consume(self, stream: Any) -> None:
        """The body of the agent."""
        events = stream.noack()
        source: AsyncIterator[Any] = events.events()
        async for event in source:
            self.take(Delivery.of(events, event))

    def take(self, delivery: Delivery) -> None:
        """Hand one record on. Whatever happens, it is either in somebody's hands or settled."""
        self._metrics.take()
        try:
            understood = self._understand(delivery)
        except Exception as exc:
            log.exception("incident.not_understood", **_origin(delivery))
            self._metrics.errors.labels(type="internal").inc()
            understood = Malformed(DeadLetterReason.FAULT, repr(exc))
        match understood:
            case ClipRequest():
                self._desk.admit(understood, delivery)
            case Malformed():
                self._start(self._bury(delivery, understood))
            case Ignored():
                self._metrics.leave(NO_CAMERA, "ignored")
                self._start(delivery.settle())

    async def drain(self, seconds: float) -> None:
        """Wait a little for dead letters on their way; the rest is redelivered."""
        tasks = set(self._tasks)
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _understand(self, delivery: Delivery) -> ClipRequest | Malformed | Ignored:
        said = codec.decode(delivery.record)
        if not isinstance(said, codec.Reported):
            return said
        record = delivery.record
        reported_at = parking.reported_at(record) or self._clock.now()
        setup = self._setups.of(said.incident.camera_id)
        wanted = request(said, reported_at, setup.zone, self._windows, setup.clock_offset)
        if isinstance(wanted, ClipRequest) and parking.origin(record) == INCIDENT_BACKFILL:
            return replace(wanted, lane=Lane.BACKFILL)
        return wanted

    async def _bury(self, delivery: Delivery, why: Malformed) -> None:
        """Dead-letter first, acknowledged; only then settle."""
        await self._send(dead_letter.wrap(delivery.record, why, self._clock.now(), VERSION))
        self._metrics.dead_letters.labels(reason=why.reason.value).inc()
        self._metrics.leave(NO_CAMERA, "dead")
        log.warning(
            "incident.dead", reason=why.reason.value, message=why.message, **_origin(delivery)
        )
        await delivery.settle()

    async def _send(self, letter: Outgoing) -> None:
        """Until the broker has it: dropping it would lose the record."""
        while True:
            try:
                return await self._outbox.send(letter)
            except TooLargeError as exc:
                log.error(  # noqa: TRY400 - the sentence says it all
                    "incident.dead_letter_refused",
                    error=str(exc),
                    fix="raise max.message.bytes of the dead-letter topic (`topics check`)",
                )
                await asyncio.sleep(_REFUSED_PAUSE)

    def _start(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _origin(delivery: Delivery) -> dict[str, object]:
    record = delivery.record
    return {"topic": record.topic, "partition": record.partition, "offset": record.offset}
