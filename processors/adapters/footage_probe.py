"""Reads what a recorded file holds, and remembers it while the file does not change."""

import errno
import os
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

from processors.adapters.footage_listing import Entry
from processors.errors import FootageError, Mp4UnfinishedError
from processors.footage.pattern import MP4, extension_of
from processors.footage.recording import Recording
from processors.mp4.outline import Outline, read_outline

_REMEMBERED = 8192
_HEAD_PARTS = 1
"""Parts of a neighbour that are read: enough to tell its time."""
_TRIES = 3

Foreign = Callable[[Path], Outline]
"""Reads a file that is no MP4; raises `FootageError`."""
Stamp = tuple[int, int, int]
"""Size, modification time, inode."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read of a file when it bore that stamp."""

    stamp: Stamp
    outline: Outline | None = None
    problem: str = ""
    unfinished: bool = False
    partial: bool = False


class FootageProbe:
    """Safe between threads; never raises for what a file holds."""

    def __init__(self, root: Path, foreign: Foreign) -> None:
        self._root = root
        self._foreign = foreign
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._lock = Lock()

    def read(self, entry: Entry, *, head: bool) -> Recording | None:
        """What the file holds; None where it has vanished. `head`: its beginning is enough."""
        known = self._recall(entry.path)
        try:
            known = self._look(entry.path, known, head=head)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as exc:
            why = "it is a link" if exc.errno == errno.ELOOP else exc.strerror
            known = _Known((0, 0, 0), problem=f"cannot be read: {why}")
        else:
            self._remember(entry.path, known)
        size, mtime, _ = known.stamp
        return Recording(
            path=entry.path,
            starts=entry.starts,
            grain=entry.grain,
            size=size,
            mtime=mtime,
            outline=known.outline,
            problem=known.problem,
            unfinished=known.unfinished,
            partial=known.partial,
        )

    def _look(self, path: str, known: _Known | None, *, head: bool) -> _Known:
        stamp = _stamp((self._root / path).stat(follow_symlinks=False))
        if known and known.stamp == stamp and (head or not known.partial):
            return known
        if known and (known.stamp[2] != stamp[2] or known.stamp[0] > stamp[0]):
            known = None
        if extension_of(path) not in MP4:
            return self._look_foreign(path, stamp)
        for _ in range(_TRIES):
            found, after = self._look_mp4(path, known, head=head)
            # A file that changed meanwhile may have been closed between two of our reads: its
            # header would say that it is whole, although we do not have all of it.
            if after == found.stamp:
                return found
        outline = found.outline
        return replace(found, outline=replace(outline, duration=0) if outline else None)

    def _look_foreign(self, path: str, stamp: Stamp) -> _Known:
        try:
            return _Known(stamp, self._foreign(self._root / path))
        except FootageError as exc:
            return _Known(stamp, problem=str(exc), unfinished=stamp[0] == 0)

    def _look_mp4(self, path: str, known: _Known | None, *, head: bool) -> tuple[_Known, Stamp]:
        descriptor = os.open(self._root / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            stamp = _stamp(os.fstat(descriptor))
            try:
                outline = read_outline(
                    lambda at, length: os.pread(descriptor, length, at),
                    stamp[0],
                    known.outline if known else None,
                    _HEAD_PARTS if head else None,
                )
                partial = head and outline.fragmented and outline.whole < outline.size
                found = _Known(stamp, _trimmed(outline), partial=partial)
            except Mp4UnfinishedError as exc:
                found = _Known(stamp, problem=str(exc), unfinished=True)
            except FootageError as exc:
                found = _Known(stamp, problem=str(exc))
            return found, _stamp(os.fstat(descriptor))
        finally:
            os.close(descriptor)

    def _recall(self, path: str) -> _Known | None:
        with self._lock:
            known = self._known.get(path)
            if known:
                self._known.move_to_end(path)
            return known

    def _remember(self, path: str, known: _Known) -> None:
        with self._lock:
            self._known[path] = known
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)


def _stamp(stat: os.stat_result) -> Stamp:
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


def _trimmed(outline: Outline) -> Outline:
    """Without what serves to read on or to find something, where that is not needed."""
    if not (outline.duration and outline.tiled):
        return outline
    marks = outline.landmarks
    return replace(outline, tallies=(), landmarks=marks if marks and marks.worth_keeping else None)
