"""Our overrides inside the real Faust classes: the places that Faust calls, with what it gives them."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiokafka
import faust
import faust.streams
import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.subscription_state import SubscriptionState
from faust.transport.drivers.aiokafka import Consumer
from faust.types.tuples import TP, ConsumerMessage

from schemas.kafka_settings import Kafka
from schemas.settings import FAUST_PREFIX
from streams.consumer import (
    ClipApp,
    SafeConsumer,
    SafeConsumerThread,
    UnprovenFaustError,
    check_faust,
)
from streams.producer import SafeProducer

TOPIC = "incident.reported.v1"
P0, P1 = TP(TOPIC, 0), TP(TOPIC, 1)
ROOT = Path(__file__).parents[2]


class WithoutBroker:
    """Stands in for the network below a consumer: what it commits, and what the broker answers."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.commits: list[dict[TP, int]] = []
        self.refuses = False
        self.blocks = asyncio.Event()
        self.blocks.set()

    def assignment(self) -> set[TP]:
        return {P0, P1}

    async def _commit(self, offsets: dict[TP, int]) -> bool:
        await self.blocks.wait()
        if not self.refuses:
            self.commits.append(dict(offsets))
        return not self.refuses


class Safe(WithoutBroker, SafeConsumer):
    pass


class Stock(WithoutBroker, Consumer):  # type: ignore[misc] # Faust is untyped here
    pass


class Scene:
    """A consumer of a real app on the incident topic, without threads and network."""

    def __init__(self, kind: type[Any]) -> None:
        self.app = clip_app()
        self.app.topics._acking_topics.add(TOPIC)
        self.delivered: list[int] = []
        self.revoked: list[set[TP]] = []
        self.consumer = kind(
            self.app.transport,
            callback=self._take,
            on_partitions_revoked=self._revoke,
            on_partitions_assigned=self._assign,
            loop=asyncio.get_running_loop(),
        )
        self.messages: dict[tuple[TP, int], ConsumerMessage] = {}

    async def deliver(self, *offsets: int, tp: TP = P0) -> None:
        """As Faust's fetch loop does it."""
        for offset in offsets:
            message = ConsumerMessage(
                tp.topic, tp.partition, offset, 0.0, 0, [], b"k", b"v", None, tp=tp
            )
            message.incref()
            self.messages[tp, offset] = message
            await self.consumer.callback(message)

    def settle(self, *offsets: int, tp: TP = P0) -> None:
        """As `stream.ack` does it."""
        for offset in offsets:
            self.messages[tp, offset].ack(self.consumer)

    def committed(self, offset: int, tp: TP = P0) -> None:
        """What the broker says at an assignment."""
        self.consumer._committed_offset[tp] = offset

    async def _take(self, message: Any) -> None:
        self.delivered.append(message.offset)

    async def _revoke(self, partitions: set[TP]) -> None:
        self.revoked.append(partitions)

    async def _assign(self, partitions: set[TP], generation: int) -> None:
        del partitions, generation


def clip_app(**settings: Any) -> ClipApp:
    kafka = Kafka(**settings)
    return ClipApp(
        kafka.group,
        kafka=kafka,
        env_prefix=FAUST_PREFIX,
        broker="kafka://127.0.0.1:1",
        stream_wait_empty=False,
    )


def play(scene: Callable[[Scene], Coroutine[Any, Any, None]], kind: type[Any] = Safe) -> None:
    async def run() -> None:
        it = Scene(kind)
        try:
            await scene(it)
        finally:
            close(it.consumer)

    asyncio.run(run())


def close(consumer: Any) -> None:
    """Faust's thread has a loop of its own, made before it starts."""
    consumer._thread.thread_loop.close()


def test_the_app_uses_our_classes() -> None:
    async def scene() -> None:
        app = clip_app()
        assert type(app.consumer) is SafeConsumer
        assert type(app.consumer._thread) is SafeConsumerThread
        assert type(app.producer) is SafeProducer
        close(app.consumer)

    asyncio.run(scene())


@pytest.mark.parametrize("idempotent", [True, False])
def test_what_we_send_is_acknowledged_by_all_replicas(*, idempotent: bool) -> None:
    async def scene() -> None:
        producer = clip_app(idempotent_producer=idempotent).producer
        assert producer._settings_extra() == {"acks": "all", "enable_idempotence": idempotent}

    asyncio.run(scene())


@pytest.mark.parametrize(("wait", "milliseconds"), [(None, 1500), (0.01, 10)])
def test_the_wait_of_a_fetch_is_ours_if_we_have_one(wait: float | None, milliseconds: int) -> None:
    async def scene() -> None:
        app = clip_app(fetch_wait=wait)
        thread = app.consumer._thread
        consumer = thread._create_worker_consumer(app.transport)
        assert consumer._fetch_max_wait_ms == milliseconds
        await consumer.stop()
        close(app.consumer)

    asyncio.run(scene())


def test_delivered_records_reach_faust() -> None:
    async def scene(it: Scene) -> None:
        await it.deliver(0, 1, 2)
        assert it.delivered == [0, 1, 2]

    play(scene)


def test_nothing_is_committed_before_the_oldest_is_settled() -> None:
    async def scene(it: Scene) -> None:
        it.committed(5)
        await it.deliver(5, 6, 7)
        it.settle(6, 7)
        await it.consumer.commit()
        assert it.consumer.commits == []

        it.settle(5)
        await it.consumer.commit()
        assert it.consumer.commits == [{P0: 8}]

    play(scene)


def test_faust_alone_commits_past_the_oldest() -> None:
    """The reason for all this; if it fails, Faust was mended and much of this can go."""

    async def scene(it: Scene) -> None:
        it.committed(5)
        await it.deliver(5, 6, 7)
        it.settle(6, 7)
        await it.consumer.commit()
        assert it.consumer.commits == [{P0: 8}]

    play(scene, Stock)


def test_a_partition_without_any_commit_holds_its_first_record() -> None:
    async def scene(it: Scene) -> None:
        await it.deliver(0, 1, 2)
        it.settle(1, 2)
        await it.consumer.commit()
        assert it.consumer.commits == []

    play(scene)


def test_partitions_are_committed_each_at_its_own_place() -> None:
    async def scene(it: Scene) -> None:
        await it.deliver(0, 1)
        await it.deliver(7, 8, tp=P1)
        it.settle(0, 1)
        it.settle(7, tp=P1)
        await it.consumer.commit()
        assert it.consumer.commits == [{P0: 2, P1: 8}]

    play(scene)


def test_offsets_that_hold_no_record_hold_nothing_up() -> None:
    async def scene(it: Scene) -> None:
        it.committed(5)
        await it.deliver(5)
        await it.consumer._add_gap(P0, 6, 99)
        await it.deliver(100)
        it.settle(5, 100)
        await it.consumer.commit()

        assert it.consumer.commits == [{P0: 101}]
        assert not it.consumer._gap[P0], "a tree of gaps would grow without end"

    play(scene)


def test_what_is_settled_is_committed_before_partitions_go() -> None:
    async def scene(it: Scene) -> None:
        await it.deliver(0, 1, 2)
        it.settle(0, 1)
        await it.consumer.on_partitions_revoked({P0, P1})

        assert it.consumer.commits == [{P0: 2}]
        assert it.revoked == [{P0, P1}]
        assert it.consumer.watermark.position(P0) is None

    play(scene)


def test_partitions_go_even_if_the_commit_before_does_not_end(
    monkeypatch: pytest.MonkeyPatch, logged: list[dict[str, Any]]
) -> None:
    monkeypatch.setattr("streams.consumer._REVOKE_COMMIT_TIMEOUT", 0.01)

    async def scene(it: Scene) -> None:
        await it.deliver(0)
        it.settle(0)
        it.consumer.blocks.clear()
        await it.consumer.on_partitions_revoked({P0, P1})
        assert it.revoked == [{P0, P1}]
        assert logged[0]["event"] == "kafka.commit_before_revoke_failed"
        it.consumer.blocks.set()

    play(scene)


def test_a_record_that_slips_in_between_revocation_and_assignment_is_not_waited_for() -> None:
    async def scene(it: Scene) -> None:
        await it.consumer.on_partitions_revoked({P0})
        await it.deliver(3)
        await it.consumer.on_partitions_assigned({P0}, 2)
        it.committed(4)
        await it.deliver(4)
        it.settle(4)
        await it.consumer.commit()
        assert it.consumer.commits == [{P0: 5}]

    play(scene)


def test_a_late_settlement_from_before_a_rebalance_commits_nothing() -> None:
    async def scene(it: Scene) -> None:
        await it.deliver(0, 1)
        await it.consumer.on_partitions_revoked({P0})
        await it.consumer.on_partitions_assigned({P0}, 2)
        it.settle(1)
        await it.consumer.commit()
        assert it.consumer.commits == []

    play(scene)


@pytest.mark.parametrize(("kind", "ends"), [(Safe, False), (Stock, True)], ids=["ours", "stock"])
def test_looking_after_a_partition_without_a_position_does_not_end_the_worker(
    kind: type[Any], ends: bool
) -> None:
    """Just assigned, it is fetched for the first time; Faust's own look runs into an assertion."""

    async def scene(it: Scene) -> None:
        fetched = SubscriptionState()
        fetched.assign_from_user([TopicPartition(TOPIC, 0)])
        state = fetched.subscription.assignment.state_value(TopicPartition(TOPIC, 0))
        state.timestamp = 1000.0 * time.time()
        fetcher = SimpleNamespace(_subscriptions=fetched)
        it.consumer._thread._consumer = SimpleNamespace(_fetcher=fetcher)
        it.consumer._thread.time_started = 0.0
        with pytest.raises(AssertionError) if ends else nullcontext():
            it.consumer.verify_event_path(time.time(), P0)

    play(scene, kind)


def test_a_commit_that_the_broker_refused_is_tried_again() -> None:
    async def scene(it: Scene) -> None:
        await it.deliver(0, 1)
        it.settle(0, 1)
        it.consumer.refuses = True
        await it.consumer.commit()
        it.consumer.refuses = False
        await it.consumer.commit()
        assert it.consumer.commits == [{P0: 2}]

    play(scene)


def test_records_behind_a_refused_commit_can_be_settled_when_they_come_again() -> None:
    """Faust takes a refused commit for done, and then ignores what is settled below it for ever."""

    async def scene(it: Scene) -> None:
        it.committed(0)
        await it.deliver(0, 1)
        it.settle(0, 1)
        it.consumer.refuses = True
        it.consumer.blocks.clear()
        slow = asyncio.ensure_future(it.consumer.commit())
        await asyncio.sleep(0)
        it.consumer.watermark.forget()
        for state in (it.consumer._acked, it.consumer._acked_index, it.consumer._committed_offset):
            state.pop(P0, None)  # what a revocation does
        it.consumer.blocks.set()
        await slow
        it.consumer.refuses = False
        await it.deliver(0, 1)
        it.settle(0, 1)
        await it.consumer.commit()
        assert it.consumer.commits == [{P0: 2}]

    play(scene)


def test_an_unproven_faust_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    check_faust()
    monkeypatch.setattr(faust, "__version__", "0.15.4")
    with pytest.raises(UnprovenFaustError, match=r"0\.15\.4.*proven safe on 0\.15\.3"):
        check_faust()


def test_an_unproven_aiokafka_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aiokafka, "__version__", "0.15.0")
    with pytest.raises(UnprovenFaustError, match=r"aiokafka 0\.15\.0"):
        check_faust()


def test_a_faust_without_its_c_extension_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faust.streams, "_CStreamIterator", None)
    with pytest.raises(UnprovenFaustError, match="without its C extension"):
        check_faust()


def test_fausts_own_variables_do_not_reach_us() -> None:
    strange = {
        "BROKER_URL": "kafka://elsewhere:1",
        "APP_ID": "other",
        "PROCESSING_GUARANTEE": "exactly_once",
        "STREAM_WAIT_EMPTY": "yes",
    }
    show = "import faust_app as f; c = f.app.conf; print(c.broker, c.id, c.stream_wait_empty)"
    said = subprocess.run(
        [sys.executable, "-c", show],
        cwd=ROOT,
        env={**os.environ, **strange, "CLIPS_KAFKA__BOOTSTRAP_SERVERS": "here:2"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "kafka://here:2" in said
    assert said.split()[-2:] == ["incident-clips", "False"]
