"""A half-open span of wall-clock time, in nanoseconds since the epoch."""

from dataclasses import dataclass
from typing import Self

from schemas.instant import NANOS


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """[start, end), nanoseconds since the epoch; never negative."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if self.end < self.start:
            msg = f"a span ends before it starts: {self.start} > {self.end}"
            raise ValueError(msg)

    @property
    def length(self) -> int:
        """Nanoseconds."""
        return self.end - self.start

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return self.length / NANOS

    def overlap(self, other: Self) -> Self | None:
        """The time that both have, or None where that is nothing."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return type(self)(start, end) if start < end else None

    def contains(self, instant: int) -> bool:
        """Whether `instant` lies in the span."""
        return self.start <= instant < self.end
