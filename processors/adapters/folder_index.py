"""The names in a folder in order of time, read again only when the folder changes.

A folder is taken to be unchanged while its modification time is, once that has been the same in two
readings a moment apart: a file may be created in the very tick in which we read.
"""

import os
import time
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable
from pathlib import Path
from threading import Lock

_SETTLING = 50_000_000
"""Nanoseconds; coarser than the clock of any file system that we know, but FAT's."""
_MANY = 2000
"""Reading so many names takes longer than all the rest of a look."""
_FEW = 64
"""So many new names are put in place one by one, more of them by sorting anew."""


class FolderIndex:
    """The names in `path` to which `key` gives a number, in order of it. Safe between threads."""

    def __init__(self, path: Path, key: Callable[[str], int | None]) -> None:
        self._path = path
        self._key = key
        self._lock = Lock()
        self._stamp = -1
        self._read_at = 0
        self._settled = False
        self.stale = False
        """Whether the folder has changed since its names were read."""
        self._keys: dict[str, int | None] = {}
        self._order: list[tuple[int, str]] = []

    def refresh(self, *, lazy: bool = False) -> None:
        """Read the folder if it has changed; raises `OSError` where it cannot be read.

        If `lazy`, one of many names becomes `stale` instead.
        """
        with self._lock:
            stamp = self._path.stat().st_mtime_ns
            if self._settled and stamp == self._stamp:
                return
            self.stale = lazy and len(self._keys) > _MANY
            if self.stale:
                return
            now = time.monotonic_ns()
            names = os.listdir(self._path)  # noqa: PTH208  # 10^5 names: Path objects are slow
            self._settled = stamp == self._stamp and now - self._read_at >= _SETTLING
            if stamp != self._stamp:
                self._stamp, self._read_at = stamp, now
            self._update(names)

    def near(self, low: int, high: int, neighbours: int) -> list[tuple[int, str]]:
        """The names with numbers in [low, high], and so many more on either side."""
        with self._lock:
            first = bisect_left(self._order, (low, ""))
            last = bisect_right(self._order, (high, "\U0010ffff"))
            return self._order[max(0, first - neighbours) : last + neighbours]

    def ends(self) -> tuple[int, int] | None:
        """The smallest and the greatest number; None where there is no name."""
        with self._lock:
            return (self._order[0][0], self._order[-1][0]) if self._order else None

    def __len__(self) -> int:
        return len(self._order)

    def _update(self, names: list[str]) -> None:
        new = {name: self._key(name) for name in names if name not in self._keys}
        self._keys |= new
        if len(self._keys) > len(names):
            self._forget(set(names))
        added = [(key, name) for name, key in new.items() if key is not None]
        if len(added) > _FEW:
            self._order = sorted([*self._order, *added])
        else:
            for item in added:
                insort(self._order, item)

    def _forget(self, names: set[str]) -> None:
        """Drop all but `names`."""
        for name in [name for name in self._keys if name not in names]:
            del self._keys[name]
        self._order = [item for item in self._order if item[1] in names]
