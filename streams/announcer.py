"""Says what became of a clip: event first, mark second, settle last.

The completion event is acknowledged by the broker before the incident's offset may be committed.
The mark is written after the acknowledgement, so that a redelivered incident is announced again only
if the first announcement may not have arrived; it carries the same event id then.
"""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from processors import status
from processors.errors import StoreError
from processors.ports import ClipStore, Clock
from processors.registry import Job
from schemas.clip import ClipCompleted
from schemas.instant import NANOS
from schemas.reason import Outcome
from streams.delivery import Delivery
from streams.group_announcer import GroupAnnouncer
from streams.metrics import Metrics
from streams.publisher import Publisher, TooLargeError
from topics import announcement
from topics.cloudevents import Envelope, ReplayMode
from topics.record import Outgoing

log = structlog.get_logger(__name__)


class Announcer:
    """Publishes answers and settles the incidents that waited for them."""

    def __init__(
        self,
        publisher: Publisher,
        store: ClipStore,
        clock: Clock,
        metrics: Metrics,
        *,
        groups: GroupAnnouncer,
    ) -> None:
        self._publisher = publisher
        self._groups = groups
        self._store = store
        self._clock = clock
        self._metrics = metrics

    async def announce(self, answer: ClipCompleted, envelope: Envelope) -> bool:
        """Make sure that the broker has the answer; False if it had it before.

        The status is said again even then: whatever was said of the redelivered incident meanwhile,
        the last word in the compacted topic must be how it ended. A replay may want the answer
        itself announced again, which is the same event.
        """
        now = self._clock.now()
        known = await asyncio.to_thread(self._store.is_announced, answer.clip_id, answer.revision)
        if known and envelope.replay is not ReplayMode.REPUBLISH:
            await self._say(answer, now)
            await self._groups.note(answer)
            return False
        await asyncio.gather(
            self._send(answer, lambda fitting: announcement.completed(fitting, envelope)),
            self._say(answer, now),
        )
        try:
            await asyncio.to_thread(self._store.mark_announced, answer.clip_id, answer.revision)
        except StoreError as exc:  # it only saves a second announcement: settle all the same
            log.warning("clip.mark_not_written", clip_id=answer.clip_id, error=str(exc))
        await self._groups.note(answer)
        return not known

    async def _say(self, answer: ClipCompleted, now: int) -> None:
        await self._send(answer, lambda fitting: announcement.status(status.answered(fitting, now)))

    async def _send(
        self, answer: ClipCompleted, record_of: Callable[[ClipCompleted], Outgoing]
    ) -> None:
        """Return when the broker has the record, if need be without what the producer attached."""
        try:
            await self._publisher.send(record_of(answer))
        except TooLargeError as exc:
            log.warning("clip.annotations_left_out", clip_id=answer.clip_id, error=str(exc))
            await self._publisher.send(record_of(without_annotations(answer)))

    async def settle(
        self,
        job: Job[Delivery],
        answer: ClipCompleted,
        deliveries: Sequence[Delivery],
        *,
        news: bool,
        stages: dict[str, float],
    ) -> None:
        """Let the watermark move past the incidents, and write their canonical line.

        `stages`: seconds that the parts of the way took, by name.
        """
        took = {f"{name}_s": round(seconds, 4) for name, seconds in stages.items()}
        total = round(sum(stages.values()), 4)
        for position, delivery in enumerate(deliveries):
            await delivery.settle()
            first = news and position == 0
            self._count(job, answer, first=first)
            log.info(
                "incident.settled",
                incident_id=job.request.incident_id,
                clip_id=answer.clip_id,
                camera=answer.camera_id,
                outcome=answer.outcome.value,
                reason=answer.reason.value if answer.reason else None,
                duplicate=not first,
                topic=delivery.record.topic,
                partition=delivery.record.partition,
                offset=delivery.record.offset,
                **took,
                total_s=total,
            )

    def _count(self, job: Job[Delivery], answer: ClipCompleted, *, first: bool) -> None:
        if not first:
            self._metrics.leave(answer.camera_id, "duplicate")
            return
        failed = answer.outcome is Outcome.FAILED
        self._metrics.leave(answer.camera_id, "failed" if failed else "done")
        self._metrics.answer(answer)
        now = self._clock.now()
        self._metrics.latency.observe(max(0.0, (now - job.request.reported_at) / NANOS))
        self._metrics.stage("beyond_footage", (now - job.request.window.end) / NANOS)


def without_annotations(answer: ClipCompleted) -> ClipCompleted:
    """The answer for a topic that cannot take what the producer attached; the files still hold it."""
    slim = answer.incident.model_copy(update={"annotations": {}})
    return answer.model_copy(update={"incident": slim})
