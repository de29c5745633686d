"""Which of our clips have been kept long enough. Pure: oldest first, by three rules."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from schemas.clip_settings import Retention
from schemas.instant import NANOS


class Rule(StrEnum):
    """Why a clip goes."""

    AGE = "age"
    SIZE = "size"
    FLOOR = "floor"


@dataclass(frozen=True, slots=True, order=True)
class Kept:
    """A published clip; the order is that of their making."""

    made_at: int
    """Nanoseconds since the epoch."""
    stem: str
    clip_id: str
    size: int
    """Bytes of its videos and annotations."""
    files: tuple[str, ...] = ()
    """Names of its videos."""


def outlived(
    clips: Iterable[Kept], rules: Retention, *, now: int, free: int
) -> Iterator[tuple[Kept, Rule]]:
    """The clips to remove, oldest first, each with the first rule that asks for it.

    `free` are the bytes of room on the output volume; removing a clip is taken to give its size.
    """
    ordered = sorted(clips)
    total = sum(clip.size for clip in ordered)
    for clip in ordered:
        rule = _rule(clip, rules, now, total, free)
        if rule is None:
            return
        total -= clip.size
        free += clip.size
        yield clip, rule


def _rule(clip: Kept, rules: Retention, now: int, total: int, free: int) -> Rule | None:
    if rules.max_age is not None and now - clip.made_at > rules.max_age * NANOS:
        return Rule.AGE
    if rules.max_size is not None and total > rules.max_size:
        return Rule.SIZE
    return Rule.FLOOR if free < rules.min_free else None


def must_look(rules: Retention, free: int) -> bool:
    """Whether going through all clips can find anything to remove."""
    return rules.max_age is not None or rules.max_size is not None or free < rules.min_free
