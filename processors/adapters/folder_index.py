"""The names in a folder in order of time, read again only when the folder changes.

A folder is taken to be unchanged while its modification time is, once that has been the same in two
readings a moment apart: a file may be created in the very tick in which we read.
"""

import os
import time
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Lock

_SETTLING = 50_000_000
"""Nanoseconds; coarser than the clock of any file system that we know, but FAT's."""
_MANY = 2000
"""Reading so many names takes longer than all the rest of a look."""
_FEW = 64
"""So many new names are put in place one by one, more of them by sorting anew."""


class FolderIndex:
    """The names in `path` to which `key` gives a number, in order of it. Safe between threads.

    Kept small, in columns: a camera may have 10^5 files in a folder.
    """

    def __init__(self, path: Path, key: Callable[[str], int | None]) -> None:
        self._path = path
        self._key = key
        self._lock = Lock()
        self._stamp = -1
        self._read_at = 0
        self._settled = False
        self.stale = False
        """Whether the folder has changed since its names were read."""
        self._known: set[str] = set()
        self._keys: array[int] = array("q")
        self._names: list[str] = []

    def refresh(self, *, lazy: bool = False) -> None:
        """Read the folder if it has changed; raises `OSError` where it cannot be read.

        If `lazy`, one of many names becomes `stale` instead.
        """
        with self._lock:
            stamp = self._path.stat().st_mtime_ns
            if self._settled and stamp == self._stamp:
                return
            self.stale = lazy and len(self._known) > _MANY
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
            first = max(0, bisect_left(self._keys, low) - neighbours)
            last = bisect_right(self._keys, high) + neighbours
            return list(zip(self._keys[first:last], self._names[first:last], strict=True))

    def ends(self) -> tuple[int, int] | None:
        """The smallest and the greatest number; None where there is no name."""
        with self._lock:
            return (self._keys[0], self._keys[-1]) if self._keys else None

    def __len__(self) -> int:
        return len(self._keys)

    def _update(self, names: list[str]) -> None:
        new = [name for name in names if name not in self._known]
        self._known.update(new)
        if len(self._known) > len(names):
            self._forget(set(names))
        added = [(key, name) for name in new if (key := self._key(name)) is not None]
        if len(added) > _FEW:
            self._hold(sorted([*zip(self._keys, self._names, strict=True), *added]))
            return
        for key, name in added:
            at = bisect_right(self._keys, key)
            self._keys.insert(at, key)
            self._names.insert(at, name)

    def _forget(self, names: set[str]) -> None:
        """Drop all but `names`."""
        self._known = names
        rows = zip(self._keys, self._names, strict=True)
        self._hold(row for row in rows if row[1] in names)

    def _hold(self, rows: Iterable[tuple[int, str]]) -> None:
        kept = list(rows)
        self._keys = array("q", [key for key, _ in kept])
        self._names = [name for _, name in kept]
