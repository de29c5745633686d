"""Moves long waits to the retry topic, acknowledged, before their records are settled."""

import asyncio

import structlog

from processors.registry import Job
from streams.delivery import Delivery
from streams.metrics import NO_CAMERA, Metrics
from streams.publisher import Publisher
from topics import parking
from topics.names import INCIDENT_RETRY

log = structlog.get_logger(__name__)


class ParkingLot:
    """Parks deliveries; what comes from the retry topic itself stays in our hands, or goes round."""

    def __init__(self, publisher: Publisher, metrics: Metrics) -> None:
        self._publisher = publisher
        self._metrics = metrics
        self._tasks: set[asyncio.Task[None]] = set()

    def park(self, job: Job[Delivery], *, again: bool = False) -> bool:
        """Take the job's parkable deliveries off it, `again` all, and park them; True if none is left."""
        leaving = [d for d in job.events if again or can_park(d)]
        job.events[:] = [d for d in job.events if not (again or can_park(d))]
        for delivery in leaving:
            self.take(delivery, job.request.reported_at)
        return bool(leaving) and not job.events

    def take(self, delivery: Delivery, reported_at: int) -> None:
        """Park one delivery."""
        task = asyncio.get_running_loop().create_task(self._move(delivery, reported_at))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Give up what is on its way: unsettled, it will be delivered again."""
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _move(self, delivery: Delivery, reported_at: int) -> None:
        await self._publisher.send(parking.park(delivery.record, reported_at))
        await delivery.settle()
        self._metrics.leave(NO_CAMERA, "parked")


def can_park(delivery: Delivery) -> bool:
    """Whether parking it would help its topic's watermark."""
    return delivery.record.topic != INCIDENT_RETRY
