"""When too much goes to the dead letters: then something is wrong with us or with the producer.

A worker that sent a whole topic there would look busy and healthy. Ratio and count as in arroyo
(source: getsentry/arroyo, arroyo/dlq.py), but over all partitions of a worker: one producer whose
bad records all have one key must not stop the good ones of all others.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DlqCount:
    """What became of the records so far, the recent ones weighing most."""

    good: int = 0
    dead: int = 0
    in_a_row: int = 0
    """Dead letters since the last good record."""


@dataclass(frozen=True, slots=True)
class DlqLimit:
    """How much is too much. None switches a limit off."""

    max_ratio: float | None = 0.5
    """Share of dead letters."""
    max_consecutive: int | None = 100
    min_records: int = 100
    """Below this many the ratio says nothing."""
    memory: int = 1000
    """Records after which the counts are halved, so that the past fades."""

    def count(self, seen: DlqCount, *, dead: bool) -> DlqCount:
        """`seen` and one record more."""
        good, bad = seen.good + (not dead), seen.dead + dead
        if good + bad >= self.memory:
            good, bad = good // 2, bad // 2
        return DlqCount(good, bad, seen.in_a_row + 1 if dead else 0)

    def exceeded(self, seen: DlqCount) -> str | None:
        """Why no more may be dead-lettered, in words; None while all is well."""
        if self.max_consecutive is not None and seen.in_a_row > self.max_consecutive:
            return f"{seen.in_a_row} dead letters in a row, more than {self.max_consecutive}"
        total = seen.good + seen.dead
        if self.max_ratio is None or total < self.min_records:
            return None
        if seen.dead > self.max_ratio * total:
            return (
                f"{seen.dead} of {total} records are dead letters, more than {self.max_ratio:.0%}"
            )
        return None
