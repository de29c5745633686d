"""Each partition has its share of what is read, however much stands ready of another one."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import Fetcher, FetchError, FetchResult
from aiokafka.consumer.subscription_state import SubscriptionState
from aiokafka.errors import OffsetOutOfRangeError

from streams import fair_fetch

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

    async def read(self, most: int = 100, wanted: set[TopicPartition] = ALL) -> dict[Any, int]:
        found = await fair_fetch.shares(self.fetcher, wanted, most)
        return {tp: len(records) for tp, records in found.items()}


def play(scene: Callable[[Scene], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        it = Scene()
        try:
            await scene(it)
        finally:
            await it.fetcher.close()

    asyncio.run(run())


def test_one_incident_does_not_stand_behind_thousands_of_other_partitions() -> None:
    async def scene(it: Scene) -> None:
        it.has(BUSY, 5000)
        it.has(OTHER, 5000)
        it.has(QUIET, 1)
        assert await it.read() == {BUSY: 33, OTHER: 33, QUIET: 1}

    play(scene)


def test_live_incidents_come_first_and_parked_ones_are_never_forgotten() -> None:
    async def scene(it: Scene) -> None:
        it.has(PARKED, 5000)
        it.has(QUIET, 150)
        assert await it.read() == {QUIET: 100, PARKED: 10}
        assert await it.read() == {QUIET: 50, PARKED: 10}
        assert await it.read() == {PARKED: 100}

    play(scene)


def test_a_partition_that_is_alone_has_everything_and_in_order() -> None:
    async def scene(it: Scene) -> None:
        it.has(BUSY, 250)
        read = [(await fair_fetch.shares(it.fetcher, ALL, 100)).get(BUSY, []) for _ in range(4)]
        assert [len(records) for records in read] == [100, 100, 50, 0]
        assert [offset for records in read for offset in records] == list(range(250))

    play(scene)


def test_nobody_is_left_out_where_there_are_more_partitions_than_records_asked_for() -> None:
    async def scene(it: Scene) -> None:
        for tp in ALL:
            it.has(tp, 10)
        assert await it.read(most=2) == dict.fromkeys(ALL, 1)

    play(scene)


def test_what_is_held_back_stays_where_it_is() -> None:
    async def scene(it: Scene) -> None:
        it.has(PARKED, 5)
        it.has(QUIET, 5)
        assert await it.read(wanted=ALL - {PARKED}) == {QUIET: 5}
        assert await it.read() == {PARKED: 5}

    play(scene)


def test_an_error_is_left_for_aiokafka_to_tell_and_loses_no_record_of_others() -> None:
    async def scene(it: Scene) -> None:
        it.has(BUSY, 3)
        it.fetcher._records[QUIET] = FetchError(error=OffsetOutOfRangeError({}), backoff=0)
        assert await it.read() == {}
        told = await it.fetcher.fetched_records(ALL, max_records=100)
        assert told == {BUSY: [0, 1, 2]}
        with pytest.raises(OffsetOutOfRangeError):
            await it.fetcher.fetched_records(ALL, max_records=100)

    play(scene)


def test_nothing_is_read_while_partitions_change_hands() -> None:
    async def scene(it: Scene) -> None:
        it.has(BUSY, 3)
        it.subscriptions.begin_reassignment()
        assert await it.read() == {}

    play(scene)
