"""Where in a file of fragments what is shown when: enough to read only what a window needs.

Kept by whoever has looked at the file, a row for some seconds of it, as long files are cut again and
again. Times are nanoseconds from the file's own zero, after the edit list.
"""

from __future__ import annotations  # array[int] cannot be evaluated before Python 3.12

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from schemas.instant import NANOS

_STRETCH = 4 * NANOS
"""What a row covers, at least."""
_MANY = 8
NEVER = (1 << 63) - 1


class Extent(NamedTuple):
    """What samples that follow one another show."""

    first: int
    """Earliest presentation."""
    last: int
    """Latest end."""
    key: int = NEVER
    """Presentation of the first picture at which decoding can start."""


@dataclass(slots=True)
class Landmarks:
    """Stretches of whole parts, one behind the other from the header on. Columns."""

    start: array[int] = field(default_factory=lambda: array("q"))
    """First byte of each."""
    first: array[int] = field(default_factory=lambda: array("q"))
    last: array[int] = field(default_factory=lambda: array("q"))
    key: array[int] = field(default_factory=lambda: array("q"))

    def __len__(self) -> int:
        return len(self.start)

    @property
    def worth_keeping(self) -> bool:
        """Whether the file is so long that it helps."""
        return len(self) >= _MANY

    def copy(self) -> Landmarks:
        """To go on with."""
        return Landmarks(self.start[:], self.first[:], self.last[:], self.key[:])

    def add(self, start: int, extents: Iterable[Extent]) -> None:
        """One more part, which starts at byte `start`."""
        found = list(extents)
        if not found:
            return
        first, last = min(e.first for e in found), max(e.last for e in found)
        key = min(e.key for e in found)
        if not self.start or self.last[-1] - self.first[-1] >= _STRETCH:
            self.start.append(start)
            self.first.append(first)
            self.last.append(last)
            self.key.append(key)
        else:
            self.first[-1] = min(self.first[-1], first)
            self.last[-1] = max(self.last[-1], last)
            self.key[-1] = min(self.key[-1], key)

    def find(self, first: int, last: int) -> tuple[int, int | None]:
        """The bytes in which all lies that is shown in [`first`, `last`), and a key picture before it.

        0 is the first fragment, None is the end of the file.
        """
        begin, ended = 0, -NEVER
        for i in range(len(self)):
            if ended > first:
                break
            if self.key[i] <= first:
                begin = i
            ended = max(ended, self.last[i])
        end = len(self)
        while end > begin + 1 and self.first[end - 1] >= last:
            end -= 1
        return self.start[begin] if begin else 0, self.start[end] if end < len(self) else None
