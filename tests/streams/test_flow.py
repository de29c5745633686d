"""Flow control: fetching stops above the mark and goes on well below it."""

from faust.types.tuples import TP
from hypothesis import given
from hypothesis import strategies as st

from streams.flow import FlowControl

PARTITIONS = frozenset({TP("incident.reported.v1", 0), TP("incident.reported.v1", 1)})


class FetchList:
    """The part of Faust's consumer that says which partitions are fetched."""

    def __init__(self, partitions: frozenset[TP] = PARTITIONS) -> None:
        self.fetched = set(partitions)
        self._held: set[TP] = set()

    def on_buffer_full(self, tp: TP) -> None:
        self.fetched.discard(tp)
        self._held.add(tp)

    def on_buffer_drop(self, tp: TP) -> None:
        if tp in self._held:
            self._held.discard(tp)
            self.fetched.add(tp)


def test_below_the_mark_all_are_fetched() -> None:
    consumer = FetchList()
    FlowControl(100, 1000).apply(99, 0, consumer, PARTITIONS)
    assert consumer.fetched == PARTITIONS


def test_at_the_mark_none_is_fetched() -> None:
    consumer = FetchList()
    flow = FlowControl(100, 1000)
    flow.apply(100, 0, consumer, PARTITIONS)
    assert consumer.fetched == set()


def test_it_goes_on_only_well_below_the_mark() -> None:
    consumer = FetchList()
    flow = FlowControl(100, 1000)
    flow.apply(100, 0, consumer, PARTITIONS)
    flow.apply(81, 0, consumer, PARTITIONS)
    assert consumer.fetched == set()
    flow.apply(80, 0, consumer, PARTITIONS)
    assert consumer.fetched == PARTITIONS


def test_what_a_rebalance_lets_flow_again_is_held_again() -> None:
    consumer = FetchList()
    flow = FlowControl(100, 1000)
    flow.apply(150, 0, consumer, PARTITIONS)
    consumer.fetched = set(PARTITIONS)
    flow.apply(150, 0, consumer, PARTITIONS)
    assert consumer.fetched == set()


def test_what_faust_holds_by_itself_stays_held() -> None:
    consumer = FetchList()
    own = TP("incident.reported.v1", 0)
    consumer.on_buffer_full(own)
    FlowControl(100, 1000).apply(10, 0, consumer, PARTITIONS)
    assert own not in consumer.fetched


@given(st.integers(1, 50), st.lists(st.integers(0, 60)))
def test_it_never_fetches_above_the_mark_nor_holds_an_empty_worker(
    high: int, counts: list[int]
) -> None:
    consumer, flow = FetchList(), FlowControl(high, 10**9)
    for held in counts:
        flow.apply(held, 0, consumer, PARTITIONS)
        if held >= high:
            assert consumer.fetched == set()
        if held == 0:
            assert consumer.fetched == PARTITIONS


def test_a_stopped_worker_fetches_nothing_however_little_it_holds() -> None:
    consumer = FetchList()
    FlowControl(100, 1000).apply(0, 0, consumer, PARTITIONS, stopped=True)
    assert consumer.fetched == set()


def test_large_records_count_by_their_bytes() -> None:
    consumer = FetchList()
    flow = FlowControl(100, 1000)
    flow.apply(3, 1000, consumer, PARTITIONS)
    assert consumer.fetched == set()
    flow.apply(3, 801, consumer, PARTITIONS)
    assert consumer.fetched == set()
    flow.apply(2, 800, consumer, PARTITIONS)
    assert consumer.fetched == PARTITIONS
