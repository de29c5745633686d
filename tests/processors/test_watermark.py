"""The commit watermark never passes work in flight."""

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from processors.watermark import Watermark

P = ("incident.reported.v1", 0)


def test_nothing_delivered_gives_nothing_to_commit() -> None:
    assert Watermark().position(P) is None


def test_a_single_event_in_flight_holds_its_own_offset() -> None:
    """Faust commits 6 here: the reason for this class."""
    mark = Watermark()
    for offset in (5, 6):
        mark.deliver(P, offset)
    mark.settle(P, 6)

    assert mark.position(P) == 5


def test_everything_settled_commits_behind_the_last() -> None:
    mark = Watermark()
    for offset in (5, 9):
        mark.deliver(P, offset)
        mark.settle(P, offset)

    assert mark.position(P) == 10


def test_a_late_settlement_of_a_partition_taken_away_is_ignored() -> None:
    mark = Watermark()
    mark.deliver(P, 5)
    mark.forget()
    mark.settle(P, 5)

    assert mark.position(P) is None


@given(st.lists(st.integers(0, 1000), unique=True, min_size=1), st.data())
def test_partitions_do_not_touch_each_other(offsets: list[int], data: st.DataObject) -> None:
    mark = Watermark()
    other = ("incident.reported.v1", 1)
    mark.deliver(other, 7)
    for offset in sorted(offsets):
        mark.deliver(P, offset)
    for offset in data.draw(st.permutations(offsets)):
        mark.settle(P, offset)

    assert mark.position(other) == 7
    assert mark.position(P) == max(offsets) + 1


class Deliveries(RuleBasedStateMachine):
    """Any order of deliveries (with holes and repeats), settlements, commits and revocations."""

    delivered = Bundle("delivered")

    def __init__(self) -> None:
        super().__init__()
        self.mark = Watermark()
        self.open: set[int] = set()
        self.next = 0
        self.committed = 0
        self.settled_ever: set[int] = set()

    @rule(target=delivered, hole=st.integers(0, 3))
    def deliver(self, hole: int) -> int:
        offset = self.next + hole
        self.next = offset + 1
        self.mark.deliver(P, offset, size=1 + offset % 3)
        self.open.add(offset)
        return offset

    @rule(offset=delivered)
    def settle(self, offset: int) -> None:
        self.mark.settle(P, offset)
        self.open.discard(offset)
        self.settled_ever.add(offset)

    @rule()
    def commit(self) -> None:
        position = self.mark.position(P)
        if position is not None and position > self.committed:
            self.committed = position

    @rule()
    def lose_the_partition_and_get_it_back(self) -> None:
        self.mark.forget()
        self.open.clear()
        self.next = self.committed

    @invariant()
    def nothing_open_is_skipped(self) -> None:
        position = self.mark.position(P)
        if position is not None:
            assert all(offset >= position for offset in self.open)

    @invariant()
    def bytes_are_those_of_what_is_open(self) -> None:
        assert self.mark.bytes == sum(1 + offset % 3 for offset in self.open)

    @invariant()
    def what_is_settled_is_committable(self) -> None:
        if not self.open and self.next > self.committed:
            assert self.mark.position(P) == self.next


TestDeliveries = Deliveries.TestCase


def test_what_follows_is_the_offset_after_the_highest() -> None:
    watermark = Watermark()
    assert watermark.following("p") is None
    watermark.deliver("p", 7)
    watermark.settle("p", 7)
    assert watermark.following("p") == 8
