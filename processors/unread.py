"""Finds records that the broker deleted before anybody read them. Pure.

Two things tell: a hole in what was delivered that begins before the oldest record there is, and a
partition whose oldest record lies behind the next one to be read. The latter must be seen twice,
because records may be on their way that were deleted behind them.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

P = TypeVar("P", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Hole(Generic[P]):
    """Offsets of a partition, `last` included."""

    partition: P
    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first + 1


class UnreadWatch(Generic[P]):
    """Compares what is there with what was read, look by look."""

    def __init__(self) -> None:
        self._suspected: dict[P, int] = {}
        self._told: dict[P, int] = {}

    def look(
        self, oldest: Mapping[P, int], unread: Mapping[P, int | None], skipped: list[Hole[P]]
    ) -> list[Hole[P]]:
        """What was lost since the last look.

        `oldest`: offset of the first record of each partition; `unread`: the next to be read, None
        where nothing was ever read; `skipped`: holes in what was delivered, noted before `oldest`
        was asked for.
        """
        lost = [
            Hole(hole.partition, hole.first, min(hole.last, oldest[hole.partition] - 1))
            for hole in skipped
            if hole.partition in oldest
        ]
        for partition, first in oldest.items():
            following = unread.get(partition)
            if following is None or following >= first:
                self._suspected.pop(partition, None)
            elif self._suspected.get(partition) == following:
                lost.append(Hole(partition, following, first - 1))
            else:
                self._suspected[partition] = following
        return [hole for found in lost if (hole := self._news(found))]

    def _news(self, hole: Hole[P]) -> Hole[P] | None:
        first = max(hole.first, self._told.get(hole.partition, 0))
        if first > hole.last:
            return None
        self._told[hole.partition] = hole.last + 1
        return Hole(hole.partition, first, hole.last)
