"""Folds `clip.status.v1` into this worker's list of clips, without a group and without an end.

Reads in a thread with a loop of its own: a million statuses after a lost file must not slow down
those who wait for footage. Where the topic ends before the place that the list was read up to, the
topic was made anew, and so is the list.
"""

import asyncio
import threading

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from pydantic import ValidationError

from processors.adapters.read_model import ReadModel
from processors.errors import ReadModelBrokenError, ReadModelError
from schemas.kafka_settings import Kafka
from schemas.status import ClipStatus
from streams.brokers import client_arguments
from topics.names import CLIP_STATUS, MAX_OUTPUT_BYTES

_AT_ONCE = 1000
"""Statuses in one transaction."""
_POLL_MS = 500
_GATHER = 0.1
"""Seconds in which statuses gather, so that a busy topic is not folded one by one."""
_WORTH_SENDING = 1 << 16
"""Bytes for which the broker answers at once; for fewer it waits `_WAIT`: an answer costs it, and us,
more than what is in it.
"""
_WAIT = 0.2
_PAUSE = 2.0
"""Seconds after a failure."""

log = structlog.get_logger(__name__)


class StatusReader:
    """Follows the topic from `start` to `stop`."""

    def __init__(self, kafka: Kafka, model: ReadModel, topic: str = CLIP_STATUS) -> None:
        self._kafka = kafka
        self._model = model
        self._topic = topic
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="statuses", daemon=True)
        self.loaded = threading.Event()
        """Set once everything has been read that was there when reading began."""

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self, seconds: float = 3.0) -> None:
        """End reading and close the list; what was not read is read at the next start. Blocking."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(seconds)
        self._model.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._read_on()
            except (KafkaError, OSError, ReadModelError) as exc:
                log.warning("statuses.interrupted", error=str(exc) or repr(exc))
                self._stop.wait(_PAUSE)
            except Exception:
                log.exception("statuses.fault")
                self._stop.wait(_PAUSE)

    def _read_on(self) -> None:
        self._model.open()
        try:
            asyncio.run(self._follow())
        except ReadModelBrokenError as exc:
            self.loaded.clear()
            self._model.set_aside(str(exc))

    async def _follow(self) -> None:
        """Read until told to stop; the client follows the topic when it gets more partitions."""
        consumer = AIOKafkaConsumer(
            self._topic,
            **client_arguments(self._kafka),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=MAX_OUTPUT_BYTES,
            fetch_min_bytes=_WORTH_SENDING,
            fetch_max_wait_ms=int((self._kafka.fetch_wait or _WAIT) * 1000),
        )
        await consumer.start()
        try:
            await self._seek(consumer)
            unread = await consumer.end_offsets(consumer.assignment())
            while not self._stop.is_set():
                await self._fold(consumer)
                if not self.loaded.is_set():
                    await self._check_loaded(consumer, unread)
        finally:
            await consumer.stop()

    async def _seek(self, consumer: AIOKafkaConsumer) -> None:
        """Begin each partition where the list was read up to."""
        partitions = consumer.assignment()
        ends = await consumer.end_offsets(partitions)
        begins = await consumer.beginning_offsets(partitions)
        known = self._model.positions()
        if any(known.get(tp.partition, 0) > end for tp, end in ends.items()):
            msg = f"{self._topic} ends before the place it was read up to"
            raise ReadModelBrokenError(msg)
        for partition, begin in begins.items():
            consumer.seek(partition, max(begin, known.get(partition.partition, 0)))

    async def _fold(self, consumer: AIOKafkaConsumer) -> None:
        batches = await consumer.getmany(timeout_ms=_POLL_MS, max_records=_AT_ONCE)
        changes = [
            change
            for records in batches.values()
            for record in records
            if (change := _read(record)) is not None
        ]
        if batches:
            positions = {tp.partition: records[-1].offset + 1 for tp, records in batches.items()}
            self._model.fold(changes, positions)
        if len(changes) < _AT_ONCE:
            await asyncio.sleep(_GATHER)

    async def _check_loaded(
        self, consumer: AIOKafkaConsumer, unread: dict[TopicPartition, int]
    ) -> None:
        for partition in list(unread):
            if await consumer.position(partition) >= unread[partition]:
                del unread[partition]
        if not unread:
            self.loaded.set()
            log.info("statuses.loaded")


def _read(record: ConsumerRecord[bytes, bytes]) -> ClipStatus | None:
    """The status in a record; None for a tombstone and for what is no status."""
    if record.value is None:
        return None
    try:
        return ClipStatus.model_validate_json(record.value)
    except ValidationError as exc:
        log.warning(
            "statuses.unreadable",
            partition=record.partition,
            offset=record.offset,
            errors=exc.error_count(),
        )
        return None
