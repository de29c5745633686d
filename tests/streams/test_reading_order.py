"""What is read next of all that was fetched: live incidents first, and every partition in its turn."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import Fetcher, FetchError, FetchResult
from aiokafka.consumer.subscription_state import SubscriptionState
from aiokafka.errors import OffsetOutOfRangeError

from schemas.kafka_settings import Kafka
from schemas.settings import FAUST_PREFIX
from streams.consumer import ClipApp

BUSY, QUIET, OTHER = (TopicPartition("incident.reported.v1", n) for n in range(3))
PARKED = TopicPartition("incident.retry.v1", 0)
ALL = {BUSY, QUIET, OTHER, PARKED}


class Fetched:
    """Offsets of one partition, as aiokafka unpacks them."""

    def __init__(self, count: int) -> None:
        self.next_fetch_offset = 0
        self._count = count

    def __iter__(self) -> Iterator[int]:
        return self

    def __next__(self) -> int:
        if self.next_fetch_offset >= self._count:
            raise StopIteration
        self.next_fetch_offset += 1
        return self.next_fetch_offset - 1


class Scene:
    """A real fetcher that has fetched from nowhere."""

    def __init__(self) -> None:
        self.subscriptions = SubscriptionState()
        app = ClipApp("any", kafka=Kafka(), env_prefix=FAUST_PREFIX, broker="kafka://127.0.0.1:1")
        app.consumer.flow_active = True
        self.thread: Any = app.consumer._thread
        client = SimpleNamespace(_loop=asyncio.get_running_loop(), _metadata_max_age_ms=1000)
        self.fetcher = Fetcher(client, self.subscriptions)
        self.subscriptions.subscribe(topics={tp.topic for tp in ALL})
        self.subscriptions.assign_from_subscribed(ALL)

    def has(self, tp: TopicPartition, count: int) -> None:
        assignment = self.subscriptions.subscription.assignment
        assignment.state_value(tp).reset_to(0)
        self.fetcher._records[tp] = FetchResult(
            tp, assignment=assignment, partition_records=Fetched(count), backoff=0.1
        )

    async def read(
        self, wanted: set[TopicPartition] = ALL, most: int = 100
    ) -> dict[TopicPartition, list[int]]:
        consumer = SimpleNamespace(_fetcher=self.fetcher, _closed=False)
        found = await self.thread._fetch_records(consumer, wanted, timeout=0, max_records=most)
        return dict(found)

    async def until_read(self, tp: TopicPartition) -> int:
        """How many records are read before the first of that partition."""
        before = 0
        while True:
            for partition, records in (await self.read()).items():
                if partition == tp:
                    return before
                before += len(records)


def play(scene: Callable[[Scene], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        it = Scene()
        try:
            await scene(it)
        finally:
            await it.fetcher.close()
            it.thread.thread_loop.close()

    asyncio.run(run())


def test_an_incident_does_not_stand_behind_thousands_of_other_partitions() -> None:
    async def scene(it: Scene) -> None:
        it.has(PARKED, 5000)
        it.has(BUSY, 5000)
        it.has(OTHER, 5000)
        it.has(QUIET, 1)
        assert await it.until_read(QUIET) <= 300

    play(scene)


def test_live_incidents_are_read_before_parked_ones_which_are_not_forgotten() -> None:
    async def scene(it: Scene) -> None:
        it.has(PARKED, 5000)
        it.has(BUSY, 5000)
        read = [next(iter(await it.read())) for _ in range(40)]
        assert read.count(BUSY) >= 36
        assert read.count(PARKED) >= 1

    play(scene)


def test_parked_ones_are_read_where_nothing_is_live() -> None:
    async def scene(it: Scene) -> None:
        it.has(PARKED, 150)
        assert [len((await it.read())[PARKED]) for _ in range(2)] == [100, 50]

    play(scene)


def test_all_of_a_partition_is_read_in_order() -> None:
    async def scene(it: Scene) -> None:
        for tp in ALL:
            it.has(tp, 250)
        read: dict[TopicPartition, list[int]] = {tp: [] for tp in ALL}
        while found := await it.read():
            for tp, offsets in found.items():
                read[tp] += offsets
        assert read == {tp: list(range(250)) for tp in ALL}

    play(scene)


def test_what_is_held_back_stays_where_it_is() -> None:
    async def scene(it: Scene) -> None:
        it.has(PARKED, 5)
        it.has(QUIET, 5)
        assert (await it.read(wanted=ALL - {PARKED})).keys() == {QUIET}
        assert (await it.read()).keys() == {PARKED}

    play(scene)


def test_an_error_is_told_and_loses_no_record_of_others() -> None:
    async def scene(it: Scene) -> None:
        it.has(BUSY, 3)
        it.fetcher._records[QUIET] = FetchError(error=OffsetOutOfRangeError({}), backoff=0)
        assert await it.read() == {BUSY: [0, 1, 2]}
        with pytest.raises(OffsetOutOfRangeError):
            await it.read()

    play(scene)
