"""What retention removes: oldest first, no more than the rules ask for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.retention import Kept, Rule, must_look, outlived
from schemas.clip_settings import Retention
from schemas.instant import NANOS

NOW = 1_000_000 * NANOS
DAY = 86_400


def clip(number: int, *, days: float = 0, size: int = 100) -> Kept:
    return Kept(NOW - round(days * DAY * NANOS), f"stem-{number}", f"clip-{number}", size)


OFF = Retention(min_free=0)
SHELF = [clip(number, days=number) for number in range(10)]  # number 9 is the oldest


def gone(rules: Retention, free: int = 0, clips: list[Kept] = SHELF) -> list[tuple[str, Rule]]:
    return [(c.clip_id, rule) for c, rule in outlived(clips, rules, now=NOW, free=free)]


def test_without_rules_nothing_goes() -> None:
    assert gone(OFF) == []


def test_by_age_goes_what_is_older() -> None:
    assert gone(Retention(min_free=0, max_age=7.5 * DAY)) == [
        ("clip-9", Rule.AGE),
        ("clip-8", Rule.AGE),
    ]


def test_by_size_the_oldest_go_until_the_rest_fits() -> None:
    assert gone(Retention(min_free=0, max_size=750)) == [
        (f"clip-{number}", Rule.SIZE) for number in (9, 8, 7)
    ]


def test_below_the_floor_the_oldest_go_until_there_is_room() -> None:
    assert gone(Retention(min_free=500), free=350) == [
        ("clip-9", Rule.FLOOR),
        ("clip-8", Rule.FLOOR),
    ]


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 50)), max_size=20),
    st.none() | st.integers(0, 30),
    st.none() | st.integers(0, 500),
    st.integers(0, 300),
    st.integers(0, 300),
)
def test_what_stays_keeps_to_the_rules_and_is_younger_than_what_goes(
    shelf: list[tuple[int, int]], age: int | None, size: int | None, floor: int, free: int
) -> None:
    clips = [clip(n, days=days, size=bytes_) for n, (days, bytes_) in enumerate(shelf)]
    rules = Retention(
        max_age=None if age is None else age * float(DAY), max_size=size, min_free=floor
    )
    going = [c for c, _ in outlived(clips, rules, now=NOW, free=free)]
    staying = [c for c in clips if c not in going]
    assert all(c <= other for c in going for other in staying)
    if staying:
        assert age is None or all(NOW - c.made_at <= age * DAY * NANOS for c in staying)
        assert size is None or sum(c.size for c in staying) <= size
        assert free + sum(c.size for c in going) >= floor


@pytest.mark.parametrize(
    ("rules", "free", "looks"),
    [
        (Retention(), 2 * 10**9, False),
        (Retention(), 10**8, True),
        (Retention(max_age=1.0), 2 * 10**9, True),
        (Retention(max_size=1), 2 * 10**9, True),
        (OFF, 0, False),
    ],
)
def test_all_clips_are_gone_through_only_where_something_can_go(
    rules: Retention, free: int, looks: bool
) -> None:
    assert must_look(rules, free) == looks
