"""Records that were deleted unread are told, once, and nothing else is."""

from hypothesis import given
from hypothesis import strategies as st

from processors.unread import Hole, UnreadWatch


def look(
    watch: UnreadWatch[str], oldest: int, unread: int | None, *skipped: Hole[str]
) -> list[tuple[int, int]]:
    return [(h.first, h.last) for h in watch.look({"p": oldest}, {"p": unread}, list(skipped))]


def test_a_hole_that_the_oldest_record_explains_is_a_loss() -> None:
    watch: UnreadWatch[str] = UnreadWatch()
    assert look(watch, 20, 25, Hole("p", 10, 19)) == [(10, 19)]
    assert look(watch, 20, 25) == []


def test_a_hole_behind_the_oldest_record_was_made_by_compaction() -> None:
    assert look(UnreadWatch(), 5, 25, Hole("p", 10, 19)) == []


def test_a_hole_counts_up_to_the_oldest_record_only() -> None:
    assert look(UnreadWatch(), 15, 25, Hole("p", 10, 19)) == [(10, 14)]


def test_nothing_left_to_deliver_is_told_at_the_second_look() -> None:
    watch: UnreadWatch[str] = UnreadWatch()
    assert look(watch, 20, 10) == []
    assert look(watch, 20, 10) == [(10, 19)]
    assert look(watch, 20, 10) == []
    assert look(watch, 20, 21, Hole("p", 10, 19)) == [], "told already"
    assert look(watch, 30, 25, Hole("p", 21, 24)) == [(21, 24)]


def test_what_was_on_its_way_is_no_loss() -> None:
    watch: UnreadWatch[str] = UnreadWatch()
    assert look(watch, 20, 10) == []
    assert look(watch, 20, 15) == [], "it is being delivered"
    assert look(watch, 20, 20) == []


def test_a_group_that_never_read_has_lost_nothing() -> None:
    watch: UnreadWatch[str] = UnreadWatch()
    assert look(watch, 20, None) == look(watch, 20, None) == []


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=20))
def test_no_offset_is_told_twice(steps: list[tuple[int, int]]) -> None:
    watch: UnreadWatch[str] = UnreadWatch()
    oldest = unread = 0
    told: list[int] = []
    for more, read in steps:
        oldest, unread = oldest + more, unread + read
        holes = [Hole("p", unread, oldest - 1)] if unread < oldest else []
        for first, last in look(watch, oldest, unread, *holes):
            told += range(first, last + 1)
            assert last < oldest
        unread = max(unread, oldest)
    assert len(told) == len(set(told))
