"""Gauges of what is, as opposed to what happened: looked up when somebody asks, lag every few seconds."""

import asyncio
import platform
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import faust
import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from processors.ports import Clock
from processors.registry import JobState
from processors.unread import Hole, UnreadWatch
from schemas.camera_report import FootageReport
from schemas.instant import NANOS
from schemas.settings import Settings
from schemas.version import VERSION
from streams.background import Background
from streams.brokers import client_arguments
from streams.consumer import ClipApp
from streams.metrics import Metrics
from streams.scheduler import Scheduler
from topics.names import INCIDENT_REPORTED

_BEAT = 0.25
_LAG_EVERY = 5.0
_CAMERAS_EVERY = 30.0

log = structlog.get_logger(__name__)


class Observer:
    """Keeps the gauges true while the worker runs."""

    def __init__(
        self,
        app: ClipApp,
        settings: Settings,
        scheduler: Scheduler,
        metrics: Metrics,
        clock: Clock,
        *,
        partitions: Callable[[], Iterable[TopicPartition]],
        cameras: Callable[[], FootageReport],
        ffmpeg: str,
    ) -> None:
        self._app = app
        self._settings = settings
        self._scheduler = scheduler
        self._metrics = metrics
        self._clock = clock
        self._partitions = partitions
        self._cameras = cameras
        self._delay = 0.0
        self._background = Background(self._beat, self._watch_lag, self._watch_cameras)
        self._unread: UnreadWatch[TopicPartition] = UnreadWatch()
        self._skipped: list[Hole[TopicPartition]] = []
        self._went_back: set[TopicPartition] = set()
        self.unread_live = 0
        """Live incidents that stand in the topic and that nobody has read, as of the last look."""
        self.trouble: str | None = None
        """Why this worker cannot go on reading, and must start anew; None while it can."""
        metrics.build.labels(
            version=VERSION,
            python=platform.python_version(),
            faust=faust.__version__,
            ffmpeg=ffmpeg,
        ).set(1)

    def start(self) -> None:
        """Begin to look."""
        self._background.start()

    async def stop(self) -> None:
        """End looking."""
        await self._background.stop()

    def refresh(self) -> None:
        """Bring the gauges up to date that cost nothing to look up."""
        now = self._clock.now()
        jobs = list(self._scheduler.registry)
        states = Counter(job.state for job in jobs)
        for state in JobState:
            self._metrics.jobs.labels(state=state.value).set(states[state])
        oldest = min((job.request.reported_at for job in jobs), default=now)
        self._metrics.oldest.set(max(0.0, (now - oldest) / NANOS))
        self._metrics.loop_delay.set(self._delay)
        self._delay = 0.0
        self._show_room(self._settings.output.root)
        self._show_watermark(now)

    def _show_room(self, root: Path) -> None:
        try:
            usage = shutil.disk_usage(root)
        except OSError:
            return  # health says it
        self._metrics.free.set(usage.free)
        self._metrics.capacity.set(usage.total)

    def _show_watermark(self, now: int) -> None:
        oldest: dict[TopicPartition, int] = {}
        for job in self._scheduler.registry:
            for event in job.events:
                reported = event.record.timestamp or now
                oldest[event.partition] = min(oldest.get(event.partition, reported), reported)
        self._metrics.watermark_age.clear()
        for partition in self._partitions():
            age = (now - oldest.get(partition, now)) / NANOS
            self._metrics.watermark_age.labels(partition.topic, str(partition.partition)).set(
                max(0.0, age)
            )

    async def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _BEAT
            await asyncio.sleep(_BEAT)
            self._delay = max(self._delay, loop.time() - due)

    async def _watch_cameras(self) -> None:
        while True:
            found = await asyncio.to_thread(self._cameras)
            self._metrics.show_cameras(found, self._clock.now())
            await asyncio.sleep(_CAMERAS_EVERY)

    async def _watch_lag(self) -> None:
        """Ends of partitions by a client of its own: Faust's are old while it fetches nothing."""
        while True:
            try:
                await self._follow_ends()
            except (KafkaError, OSError) as exc:
                log.debug("lag.unknown", error=repr(exc))
            await asyncio.sleep(_LAG_EVERY)

    async def _follow_ends(self) -> None:
        consumer = AIOKafkaConsumer(**client_arguments(self._settings.kafka))
        await consumer.start()
        try:
            while True:
                partitions = [TopicPartition(tp.topic, tp.partition) for tp in self._partitions()]
                await self._compare_ends(consumer, partitions)
                await asyncio.sleep(_LAG_EVERY)
        finally:
            await consumer.stop()

    async def _compare_ends(
        self, consumer: AIOKafkaConsumer, partitions: list[TopicPartition]
    ) -> None:
        self._skipped += self._app.take_skipped()
        skipped, before = list(self._skipped), self._app.unread(partitions)
        asked = {*partitions, *(hole.partition for hole in skipped)}
        oldest = await consumer.beginning_offsets(list(asked)) if asked else {}
        ends = await consumer.end_offsets(partitions) if partitions else {}
        self.unread_live = sum(
            max(0, end - (before[tp] or oldest[tp]))
            for tp, end in ends.items()
            if tp.topic == INCIDENT_REPORTED
        )
        self._metrics.lag.clear()
        for partition, end in ends.items():
            behind = max(0, end - self._app.settled_up_to(partition))
            self._metrics.lag.labels(partition.topic, str(partition.partition)).set(behind)
        for lost in self._unread.look(oldest, self._app.unread(partitions), skipped):
            self._tell_lost(lost)
        del self._skipped[: len(skipped)]
        self._judge_ends({tp for tp, end in ends.items() if (before[tp] or 0) > end})

    def _judge_ends(self, back: set[TopicPartition]) -> None:
        """Twice in a row: a new leader may not know for a moment how far its partition goes."""
        again = sorted(back & self._went_back)
        self._went_back = back
        if again:
            self.trouble = f"{again[0]} ends before what was read of it: was it made anew?"

    def _tell_lost(self, lost: Hole[TopicPartition]) -> None:
        partition = lost.partition
        self._metrics.deleted_unread.labels(topic=partition.topic).inc(len(lost))
        log.error(
            "kafka.incidents_deleted_unread",
            topic=partition.topic,
            partition=partition.partition,
            first=lost.first,
            last=lost.last,
            count=len(lost),
            effect="they are never answered; the worker goes on with the oldest that is left",
            fix="keep the topic longer (retention.ms, retention.bytes), or run more workers",
        )
