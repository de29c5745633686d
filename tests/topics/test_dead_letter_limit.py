from hypothesis import given
from hypothesis import strategies as st

from topics.dead_letter_limit import DlqCount, DlqLimit


def after(limit: DlqLimit, records: list[bool]) -> DlqCount:
    seen = DlqCount()
    for dead in records:
        seen = limit.count(seen, dead=dead)
    return seen


def test_a_few_bad_records_are_ordinary() -> None:
    limit = DlqLimit()
    assert limit.exceeded(after(limit, [True] * 20)) is None
    assert limit.exceeded(after(limit, ([True] * 3 + [False] * 97) * 50)) is None


def test_too_many_in_a_row_exceed() -> None:
    limit = DlqLimit(max_ratio=None, max_consecutive=10)
    assert limit.exceeded(after(limit, [True] * 10)) is None
    why = limit.exceeded(after(limit, [True] * 11))
    assert why == "11 dead letters in a row, more than 10"
    assert limit.exceeded(after(limit, [True] * 11 + [False])) is None


def test_too_large_a_share_exceeds_once_there_is_enough_to_judge() -> None:
    limit = DlqLimit(max_ratio=0.5, max_consecutive=None, min_records=100)
    assert limit.exceeded(after(limit, [True] * 99)) is None
    assert limit.exceeded(after(limit, [True, False] * 50)) is None
    why = limit.exceeded(after(limit, [True, False, True] * 40))
    assert why == "80 of 120 records are dead letters, more than 50%"


def test_a_long_good_past_does_not_hide_a_bad_present() -> None:
    limit = DlqLimit(max_ratio=0.5, max_consecutive=None)
    seen = after(limit, [False] * 1_000_000 + [True] * 2000)
    assert limit.exceeded(seen) is not None


def test_no_limit_is_never_exceeded() -> None:
    limit = DlqLimit(max_ratio=None, max_consecutive=None)
    assert limit.exceeded(after(limit, [True] * 5000)) is None


@given(st.lists(st.booleans()))
def test_only_dead_letters_can_exceed_a_limit(records: list[bool]) -> None:
    limit = DlqLimit(max_ratio=0.2, max_consecutive=3, min_records=0)
    seen = after(limit, records)
    better = limit.count(seen, dead=False)
    assert better.in_a_row == 0
    if limit.exceeded(seen) is None:
        assert limit.exceeded(better) is None
