"""Walks over all footage to say how each camera is recorded. For people: it is not quick."""

import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock

from processors.errors import FootageError
from processors.footage.report import Tally, not_followed, report, unnamed
from processors.footage.segment import Timeline
from processors.footage.setup import Setups
from processors.moment import candidates
from processors.ports import Clock, Recordings
from processors.span import Span
from schemas.camera_report import CameraReport, FootageReport
from schemas.instant import NANOS, to_ns

_KEPT = 5 * NANOS
"""A survey is not made more often than this."""
_SHARE = 10
"""Nor does making surveys take more than one part in so many of the time."""


class FootageSurvey:
    """Surveys the footage root. Safe between threads; every call may block on the disk."""

    def __init__(self, root: Path, setups: Setups, recordings: Recordings, clock: Clock) -> None:
        self._root = root
        self._setups = setups
        self._recordings = recordings
        self._clock = clock
        self._lock = Lock()
        self._good_until = 0
        self._last: FootageReport | None = None

    def report(self) -> FootageReport:
        """All cameras that have files; 5 s old at most, where making it takes less than half a second."""
        with self._lock:
            now = self._clock.now()
            if self._last is None or now >= self._good_until:
                self._last = self._make(now)
                self._good_until = now + max(_KEPT, _SHARE * (self._clock.now() - now))
            return self._last

    def _make(self, now: int) -> FootageReport:
        tallies: dict[str, Tally] = defaultdict(Tally)
        strangers: list[str] = []
        links: list[str] = []
        for folder, files, linked in _folders(self._root):
            links += linked
            nameless: list[str] = []
            here: set[str] = set()
            for name, size in files:
                said = self._setups.decode(f"{folder}{name}")
                moments = said and candidates(said.written, self._setups.of(said.camera).zone)
                if said and moments:
                    here.add(said.camera)
                    tallies[said.camera].count(to_ns(moments[0]), size)
                else:
                    nameless.append(name)
            owner = here.pop() if len(here) == 1 else None
            (tallies[owner].unnamed if owner else strangers).extend(nameless)
        cameras = tuple(self._camera(name, tallies[name], now) for name in sorted(tallies))
        problems = [unnamed(strangers)] if strangers else []
        problems += [not_followed(links)] if links else []
        return FootageReport(cameras=cameras, strangers=len(strangers), problems=tuple(problems))

    def _camera(self, camera: str, tally: Tally, now: int) -> CameraReport:
        start = tally.newest or 0
        try:
            timeline = self._recordings.timeline(camera, Span(start, start + NANOS), now)
        except FootageError:
            timeline = Timeline(camera, known=True)
        return report(tally, timeline, now)


def _folders(root: Path) -> Iterator[tuple[str, list[tuple[str, int]], list[str]]]:
    """Each folder below the root (`a/b/`, the root is empty) with names and sizes of its files.

    Links are not followed: those to folders come third. What is hidden or cannot be read is left out.
    """
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        files, folders, links = [], [], []
        try:
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    with suppress(OSError):
                        if entry.is_dir(follow_symlinks=False):
                            folders.append(f"{folder}{entry.name}/")
                        elif entry.is_symlink() and entry.is_dir():
                            links.append(f"{folder}{entry.name}")
                        else:
                            size = entry.stat(follow_symlinks=False).st_size
                            files.append((entry.name, size))
        except OSError:
            continue
        waiting += folders
        yield folder, files, links
