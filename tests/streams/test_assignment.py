"""How long a worker has had no partition."""

from faust.types.tuples import TP

from streams.assignment import Assignment

P = TP("incident.reported.v1", 0)


def test_a_worker_begins_without_partitions() -> None:
    held = Assignment(100)
    assert held.partitions == frozenset()
    assert held.empty_for(160) == 60


def test_a_partition_ends_the_count() -> None:
    held = Assignment(100)
    held.assign({P}, 130)
    assert held.partitions == {P}
    assert held.empty_for(1000) == 0


def test_the_count_begins_when_the_last_one_goes() -> None:
    held = Assignment(100)
    held.assign({P}, 110)
    held.assign((), 200)
    assert held.empty_for(230) == 30


def test_being_told_twice_that_there_is_none_does_not_begin_the_count_anew() -> None:
    held = Assignment(100)
    held.assign((), 120)
    held.assign((), 140)
    assert held.empty_for(160) == 60
