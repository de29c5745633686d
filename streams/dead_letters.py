"""Dead-letters what can never become an incident, but not everything: there is a limit.

Beyond it this worker stops fetching, leaves what is malformed unsettled and is not ready until it is
started anew: then something is wrong with the producers or with us, and a person has to look.
"""

import asyncio
from typing import Protocol

import structlog

from processors.ports import Clock
from schemas.version import VERSION
from streams.delivery import Delivery
from streams.metrics import NO_CAMERA, Metrics
from streams.publisher import TooLargeError
from topics import dead_letter
from topics.codec import Malformed
from topics.dead_letter_limit import DlqCount, DlqLimit
from topics.record import Outgoing

_REFUSED_PAUSE = 60.0

log = structlog.get_logger(__name__)


class Outbox(Protocol):
    """Where records go out."""

    async def send(self, record: Outgoing) -> None:
        """Return when the broker has the record."""
        ...


class DeadLetters:
    """The way to the dead-letter topics, for all partitions of a worker."""

    def __init__(self, outbox: Outbox, clock: Clock, metrics: Metrics, limit: DlqLimit) -> None:
        self.exceeded: str | None = None
        """Why nothing more is dead-lettered, in words; None while all is well."""
        self._outbox = outbox
        self._clock = clock
        self._metrics = metrics
        self._limit = limit
        self._seen = DlqCount()
        self._held = 0

    def note_good(self) -> None:
        """Count a record that was understood."""
        self._seen = self._limit.count(self._seen, dead=False)

    def note_dead(self) -> bool:
        """Count one that was not; whether it may be dead-lettered."""
        if self.exceeded is None:
            self._seen = self._limit.count(self._seen, dead=True)
            self.exceeded = self._limit.exceeded(self._seen)
            if self.exceeded is None:
                return True
            self._tell()
        self._held += 1
        return False

    def forget(self) -> None:
        """Begin to count anew: after a rebalance records come a second time."""
        self._seen = DlqCount()
        self._metrics.release(self._held)
        self._held = 0

    async def bury(self, delivery: Delivery, why: Malformed) -> None:
        """Dead-letter first, acknowledged; only then settle."""
        record = delivery.record
        await self._send(dead_letter.wrap(record, why, self._clock.now(), VERSION))
        self._metrics.dead_letters.labels(reason=why.reason.value).inc()
        self._metrics.leave(NO_CAMERA, "dead")
        log.warning(
            "incident.dead",
            reason=why.reason.value,
            message=why.message,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
        )
        await delivery.settle()

    def _tell(self) -> None:
        self._metrics.dead_letters_stopped.set(1)
        log.error(
            "dlq.limit_exceeded",
            reason=self.exceeded,
            fix="see what they are (`dlq list`), mend the producer, or raise dlq.max_ratio and "
            "dlq.max_consecutive; then start this worker anew",
        )

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
