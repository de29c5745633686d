"""Faust's Kafka transport, made safe: offsets are committed up to our watermark and never past it.

Faust 0.15.3 commits past events in flight (faust-streaming issue #606, pull request #707 unmerged),
drops acked progress at every rebalance (#502), loses what was fetched during one where nothing was
committed yet, has no setting for the fetch wait, and may end a worker that looks after its health. This module
overrides exactly those places. They are internals: `check_faust` refuses any build on which they
were not proven, and nothing of ours calls `pause_partitions`, which drops fetched records.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import aiokafka
import faust
import faust.streams
import structlog
from aiohttp import web
from aiokafka.errors import KafkaError
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport
from faust.types.tuples import TP, ack_lock

from processors.unread import Hole
from processors.watermark import Watermark
from schemas.kafka_settings import Kafka
from schemas.settings import Http
from streams import header_names
from streams.producer import SafeProducer
from streams.web import ClipWeb
from topics.names import INCIDENT_REPORTED

PROVEN_FAUST = "0.15.3"
PROVEN_AIOKAFKA = "0.14.0"
_REVOKE_COMMIT_TIMEOUT = 5.0
_ENDS_TIMEOUT = 5.0
_OTHERS_TURN = 10
_FAUST_LOG = logging.getLogger("faust")
"""For Faust's own chatter, which would otherwise carry the name of this module."""

log = structlog.get_logger(__name__)


class UnprovenFaustError(RuntimeError):
    """The installed Faust is not the one that the watermark was proven on."""


def check_faust() -> None:
    """Refuse to run on another Faust, another aiokafka, or a Faust without its C extension.

    The pure-Python build acks events of an old generation without processing them.
    """
    if faust.__version__ != PROVEN_FAUST or aiokafka.__version__ != PROVEN_AIOKAFKA:
        msg = (
            f"faust-streaming {faust.__version__} with aiokafka {aiokafka.__version__} is installed; "
            f"offsets were proven safe on {PROVEN_FAUST} with {PROVEN_AIOKAFKA} only: "
            "install from requirements.txt"
        )
        raise UnprovenFaustError(msg)
    if getattr(faust.streams, "_CStreamIterator", None) is None:
        msg = (
            "faust-streaming was built without its C extension, and then loses events at a "
            "rebalance: install a wheel, or build it with Cython and without NO_CYTHON"
        )
        raise UnprovenFaustError(msg)


class SafeConsumerThread(AIOKafkaConsumerThread):  # type: ignore[misc] # Faust is untyped here
    """The thread that talks to Kafka, with our fetch wait, and fair to all partitions."""

    logger = _FAUST_LOG
    _turn = 0

    def _create_worker_consumer(self, transport: Transport) -> Any:
        consumer = super()._create_worker_consumer(transport)
        wait = self.consumer.app.fetch_wait
        if wait is not None:
            # Read when the fetcher starts; Faust passes a fixed 1500 ms and has no setting.
            consumer._fetch_max_wait_ms = int(wait * 1000)  # noqa: SLF001 - see above
        return consumer

    async def _fetch_records(
        self,
        consumer: aiokafka.AIOKafkaConsumer,
        active_partitions: set[TP],
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is Faust's
        max_records: int | None = None,
    ) -> Mapping[TP, list[Any]]:
        """What was fetched of live incidents first, and every partition in its turn.

        aiokafka empties one partition after the other: with thousands of records of a busy camera or
        of parked incidents fetched, what came to another partition would stand behind all of them.
        """
        line, read = consumer._fetcher._records, super()._fetch_records  # noqa: SLF001 - an OrderedDict
        first = {tp for tp in self._first(active_partitions) if tp in line}
        found: Mapping[TP, list[Any]] = {}
        if first:
            found = await read(consumer, first, 0, max_records)
        found = found or await read(consumer, active_partitions, timeout, max_records)
        for tp in found.keys() & line.keys():
            line.move_to_end(tp)
        return found

    def _first(self, partitions: set[TP]) -> Iterable[TP]:
        """Those of live incidents, but for each tenth time: nobody is forgotten."""
        self._turn = (self._turn + 1) % _OTHERS_TURN
        return (tp for tp in partitions if self._turn and tp.topic == INCIDENT_REPORTED)


class SafeConsumer(Consumer):  # type: ignore[misc] # Faust is untyped here
    """Commits the smallest delivered-but-unsettled offset of each partition."""

    logger = _FAUST_LOG

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.watermark = Watermark()
        self.skipped: list[Hole[TP]] = []
        """Offsets that were not delivered although later ones were."""
        self._deliver: Callable[[Any], Awaitable[None]] = self.callback  # type: ignore[has-type] # Faust
        self.callback = self._tracked

    def _new_consumer_thread(self) -> SafeConsumerThread:
        return SafeConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def _tracked(self, message: Any) -> None:
        if self.app.topics.acks_enabled_for(message.topic):
            tp, offset = message.tp, message.offset
            expected = self.unread_from(tp)
            if expected is not None and offset > expected:
                self.skipped.append(Hole(tp, expected, offset - 1))
            self.watermark.deliver(tp, offset, _size(message))
        await self._deliver(message)

    def unread_from(self, tp: TP) -> int | None:
        """The next offset to be read; None where the group has read nothing yet."""
        following = self.watermark.following(tp)
        return self._committed_offset[tp] if following is None else following

    async def perform_seek(self) -> None:
        """Begin where the group was; anew where the partition does not reach that far any more.

        A topic made anew, or a log cut short, would have Faust drop all that comes below.
        """
        await super().perform_seek()
        committed = {tp: at for tp in self.assignment() if (at := self._committed_offset[tp])}
        try:
            ends = await asyncio.wait_for(self.highwaters(*committed), _ENDS_TIMEOUT)
        except (KafkaError, TimeoutError) as exc:  # a partition without a leader: nobody can tell
            log.warning("kafka.ends_unknown", error=repr(exc))
            return
        for tp, at in committed.items():
            if ends.get(tp, at) < at:
                log.error(
                    "kafka.partition_went_back",
                    topic=tp.topic,
                    partition=tp.partition,
                    committed=at,
                    end=ends[tp],
                    effect="it is read from its beginning",
                )
                self._read_offset[tp] = self._committed_offset[tp] = None

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Commit what is settled before the partitions go; Faust would throw it away."""
        try:
            commit = asyncio.ensure_future(self.commit())
            await asyncio.wait_for(asyncio.shield(commit), _REVOKE_COMMIT_TIMEOUT)
        except Exception as exc:  # noqa: BLE001 - a failed commit only means redelivery
            log.warning("kafka.commit_before_revoke_failed", error=repr(exc))
        self.watermark.forget()  # the protocol is eager: every rebalance revokes everything
        await super().on_partitions_revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Start counting anew: a record that slipped in after the revocation must not be waited for."""
        self.watermark.forget()
        await super().on_partitions_assigned(assigned, generation_id)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Where reading goes on: at the committed offset, or at the beginning where there is none.

        What was fetched during a rebalance is dropped, and Faust seeks back; but aiokafka's
        `seek_to_committed` leaves partitions alone that have no commit, which then lose it for ever.
        """
        committed: Mapping[TP, int] = await super().seek_to_committed()
        fresh = [tp for tp, offset in committed.items() if not offset]
        if fresh:
            await self._thread.seek_to_beginning(*fresh)
        return committed

    async def _commit_offsets(
        self, offsets: Mapping[TP, int], start_new_transaction: bool = True
    ) -> bool:
        """Remember as committed only what the broker took.

        Faust remembers a refused commit too, and from then on ignores what is settled below it.
        """
        before = {tp: self._committed_offset[tp] for tp in offsets}
        done: bool = await super()._commit_offsets(offsets, start_new_transaction)
        if not done:
            for tp, offset in offsets.items():
                if self._committed_offset[tp] == offset:
                    self._committed_offset[tp] = before[tp]
        return done

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Look at nothing: Faust's look only logs, and ends the worker where a partition has just been
        assigned and has no position yet (an assertion in aiokafka).
        """

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Offsets that were never delivered are never outstanding: there is nothing to keep."""

    def _new_offset(self, tp: TP) -> int | None:
        with ack_lock:
            for offset in self._acked[tp]:
                self.watermark.settle(tp, offset)
            self._acked[tp].clear()
            self._acked_index[tp].clear()
            position = self.watermark.position(tp)
            committed = self._committed_offset[tp] or 0
            return position if position is not None and position > committed else None


class SafeTransport(Transport):  # type: ignore[misc] # Faust is untyped here
    """Faust's transport with our consumer and producer."""

    Consumer = SafeConsumer
    Producer = SafeProducer


class ClipApp(faust.App):  # type: ignore[misc] # Faust is untyped here
    """A Faust app on the safe transport."""

    logger = _FAUST_LOG

    def __init__(self, *args: Any, kafka: Kafka, http: Http | None = None, **kwargs: Any) -> None:
        self.http = http or Http()
        self.fetch_wait = kafka.fetch_wait
        self.idempotent_producer = kafka.idempotent_producer
        header_names.tolerate()
        self.pages: Callable[[], web.Application] = web.Application
        super().__init__(*args, **kwargs)

    def unread(self, partitions: Iterable[TP]) -> dict[TP, int | None]:
        """The next offset to be read of each; None where the group has read nothing yet."""
        return {tp: self.consumer.unread_from(tp) for tp in partitions}

    def take_skipped(self) -> list[Hole[TP]]:
        """Holes in what was delivered since this was asked last."""
        skipped: list[Hole[TP]] = self.consumer.skipped
        self.consumer.skipped = []
        return skipped

    def settled_up_to(self, partition: TP) -> int:
        """The offset up to which everything of `partition` is settled."""
        position = self.consumer.watermark.position(partition)
        return position if position is not None else self.consumer._committed_offset[partition] or 0  # noqa: SLF001 - Faust tells it nobody

    def _create_directories(self) -> None:
        """None: Faust's are for tables, and a full volume has no room for them."""

    def _new_web(self) -> ClipWeb:
        return ClipWeb(self)

    def _new_transport(self) -> SafeTransport:
        return SafeTransport(self.conf.broker_consumer, self)

    def _new_producer_transport(self) -> SafeTransport:
        return SafeTransport(self.conf.broker_producer, self)


def _size(message: Any) -> int:
    headers = sum(len(name) + len(value or b"") for name, value in message.headers or ())
    return len(message.key or b"") + len(message.value or b"") + headers
