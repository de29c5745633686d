"""Which files a camera has near a window, by their names."""

import os
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from pathlib import Path
from threading import Lock

from processors.adapters.folder_index import FolderIndex
from processors.errors import FootageError
from processors.footage.pattern import Level, Pattern, bounds, own_clock
from processors.footage.setup import Setups
from processors.moment import candidates
from processors.span import Span
from schemas.instant import NANOS, from_ns, to_ns

NEIGHBOURS = 8
"""Files on either side of a window that are looked at: they tell its time."""
_FOLDERS = 512
"""Folders remembered."""
_REMEMBERED = 8192
"""Names whose meaning is remembered: each look asks for those of all neighbours again."""
_DAY = timedelta(days=1)
_HOUR = 3600 * NANOS

Fields = dict[str, str]


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """A file by its name."""

    starts: tuple[int, ...]
    """What it can mean, nanoseconds since the epoch, in order: one or two."""
    path: str
    """Relative to the footage root."""
    grain: int


@dataclass(frozen=True, slots=True)
class Found:
    """A camera's files near a window, in order of start."""

    entries: tuple[Entry, ...] = ()
    oldest: int | None = None
    newest: int | None = None
    """Starts of the camera's first and last file; None where it has none."""
    stale: bool = False
    """Whether there may be names that were not read."""


class Listing:
    """The names below `root`. Safe between threads; remembers folders, not files."""

    def __init__(self, root: Path, setups: Setups) -> None:
        self.root = root
        self._setups = setups
        self._folders: OrderedDict[tuple[str, str], FolderIndex] = OrderedDict()
        self._lock = Lock()

    def find(self, camera: str, window: Span, *, lazy: bool = False) -> Found:
        """The files of `camera` that start in `window`, and neighbours.

        If `lazy`, folders of many names are not read again, see `Found.stale`. Raises
        `FootageError` where a folder is there but cannot be read.
        """
        entries: set[Entry] = set()
        ends: list[int] = []
        stale = False
        setup = self._setups.of(camera)
        for pattern in setup.patterns:
            for folder, index in self._file_folders(pattern, camera, window, lazy=lazy):
                stale = stale or index.stale
                for low, high in _ranges(pattern, setup.zone, window):
                    for key, name in index.near(low, high, NEIGHBOURS):
                        starts = _starts(pattern, setup.zone, key)
                        entries.add(Entry(starts, f"{folder}{name}", pattern.grain))
                if edges := index.ends():
                    ends += (_starts(pattern, setup.zone, edge)[0] for edge in edges)
        near = _around(sorted(entries), window)
        return Found(near, min(ends, default=None), max(ends, default=None), stale)

    def _file_folders(
        self, pattern: Pattern, camera: str, window: Span, *, lazy: bool
    ) -> list[tuple[str, FolderIndex]]:
        """The folders that hold the camera's files near `window`, its first and its last."""
        try:
            levels = pattern.levels(camera)
        except ValueError:
            return []
        folders: list[tuple[str, Fields]] = [("", {})]
        for level in levels[:-1]:
            if level.literal:
                folders = [(f"{path}{level.text}/", fields) for path, fields in folders]
            else:
                below = [item for path, f in folders for item in self._below(path, level, f)]
                folders = _chosen(below, window)
        indexes = ((path, self._index(path, levels[-1], f, lazy=lazy)) for path, f in folders)
        return [(path, index) for path, index in indexes if index is not None]

    def _below(self, path: str, level: Level, fields: Fields) -> Iterator[tuple[str, Fields]]:
        index = self._index(path, level, fields)
        for _, name in index.near(0, 0, len(index)) if index else ():
            found = level.match(name, fields)
            if found is not None:
                yield f"{path}{name}/", found

    def _index(
        self, path: str, level: Level, fields: Fields, *, lazy: bool = False
    ) -> FolderIndex | None:
        """The names in a folder, up to date but for `lazy`; None where there is no such folder below the root."""
        key = (path, level.text)
        with self._lock:
            index = self._folders.get(key) or FolderIndex(self.root / path, _Key(level, fields))
            self._folders[key] = index
            self._folders.move_to_end(key)
            if len(self._folders) > _FOLDERS:
                self._folders.popitem(last=False)
        try:
            if not self._is_below(path):
                raise FootageError(f"footage folder {path!r} is a link out of the footage root")
            index.refresh(lazy=lazy)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as exc:
            raise FootageError(f"footage folder {path!r} cannot be read: {exc.strerror}") from exc
        return index

    def _is_below(self, path: str) -> bool:
        """Whether no link leads out of the root."""
        root = os.path.realpath(self.root)
        return os.path.commonpath((root, os.path.realpath(self.root / path))) == root


@dataclass(frozen=True, slots=True)
class _Key:
    """The time that a name says; None for a name that is none of ours. Folders have no order."""

    level: Level
    fields: Fields

    def __call__(self, name: str) -> int | None:
        found = self.level.match(name, self.fields)
        if found is None:
            return None
        if not self.level.is_file:
            return 0
        try:
            return own_clock(found)
        except ValueError:
            return None


def _ranges(pattern: Pattern, zone: tzinfo, window: Span) -> set[tuple[int, int]]:
    """The window on the names' own clock: two where the zone's clocks are changed nearby."""
    if not pattern.local:
        return {(window.start, window.end)}
    near = (window.start - 2 * _HOUR, window.start, window.end, window.end + 2 * _HOUR)
    offsets = {from_ns(ns).astimezone(zone).utcoffset() or timedelta() for ns in near}
    shifts = [offset // timedelta(microseconds=1) * 1000 for offset in offsets]
    return {(window.start + shift, window.end + shift) for shift in shifts}


def _starts(pattern: Pattern, zone: tzinfo, key: int) -> tuple[int, ...]:
    return _instants(zone, key) if pattern.local else (key,)


@lru_cache(_REMEMBERED)
def _instants(zone: tzinfo, key: int) -> tuple[int, ...]:
    written = from_ns(key).replace(tzinfo=None)
    moments = candidates(written, zone) or (written.replace(tzinfo=zone),)
    return tuple(to_ns(moment) for moment in moments)


def _chosen(folders: list[tuple[str, Fields]], window: Span) -> list[tuple[str, Fields]]:
    """Of folders of days or hours: those near the window, one on either side, the first, the last."""
    timed = sorted((bounds(fields), path, fields) for path, fields in folders)
    first = _naive(window.start, -_DAY)
    last = _naive(window.end, _DAY)
    near = [i for i, ((low, high), _, _) in enumerate(timed) if high >= first and low <= last]
    before = [i for i, ((_, high), _, _) in enumerate(timed) if high < first][-1:]
    after = [i for i, ((low, _), _, _) in enumerate(timed) if low > last][:1]
    wanted = {*near, *before, *after, 0, len(timed) - 1}
    return [(path, fields) for i, (_, path, fields) in enumerate(timed) if i in wanted]


def _naive(ns: int, margin: timedelta) -> datetime:
    """An instant as the latest or earliest clock of the world shows it."""
    moment = from_ns(ns).astimezone(UTC).replace(tzinfo=None)
    try:
        return moment + margin
    except OverflowError:
        return moment


def _around(entries: list[Entry], window: Span) -> tuple[Entry, ...]:
    before = [e for e in entries if e.starts[-1] < window.start]
    after = [e for e in entries if e.starts[0] > window.end]
    inside = [e for e in entries if e.starts[-1] >= window.start and e.starts[0] <= window.end]
    return tuple(sorted([*before[-NEIGHBOURS:], *inside, *after[:NEIGHBOURS]]))
