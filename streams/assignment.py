"""The partitions that the group has given to this worker, and how long it has had none."""

from collections.abc import Iterable

from faust.types.tuples import TP


class Assignment:
    """Kept by Faust's signals. Times are seconds of any monotonic clock."""

    def __init__(self, now: float) -> None:
        self.partitions: frozenset[TP] = frozenset()
        self._empty_since: float | None = now

    def assign(self, partitions: Iterable[TP], now: float) -> None:
        """The group gave these; an empty set starts the count."""
        self.partitions = frozenset(partitions)
        if self.partitions:
            self._empty_since = None
        elif self._empty_since is None:
            self._empty_since = now

    def empty_for(self, now: float) -> float:
        """Seconds without a single partition."""
        return 0.0 if self._empty_since is None else now - self._empty_since
