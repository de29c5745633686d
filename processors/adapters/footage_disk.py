"""The recordings on disk: `Recordings` on names, cached readings and the timeline's rules."""

import os
from pathlib import Path

import structlog

from processors.adapters.container_probe import ContainerProbe
from processors.adapters.footage_listing import Entry, Found, Listing
from processors.adapters.footage_probe import FootageProbe
from processors.footage.coverage import cover
from processors.footage.hours import name_off, names_off
from processors.footage.recording import Recording
from processors.footage.segment import Timeline
from processors.footage.setup import Setups
from processors.footage.timeline import build
from processors.span import Span
from schemas.instant import NANOS

log = structlog.get_logger(__name__)

_REPORTED = 1000
"""Files with wrong names that are remembered as told of."""
_REACH_BACK = 2
"""Files that start before a window and are read whole: one may reach into it, after a crash two."""


class DiskRecordings:
    """Footage below `root`, read-only, and what of it is kept below `held` after its end.

    Safe between threads; every call may block on the disk.
    """

    def __init__(self, root: Path, setups: Setups, held: Path | None = None) -> None:
        self._root = root
        self._listing = Listing(root, setups)
        self._held_listing = Listing(held, setups) if held else None
        self._reported: dict[str, int] = {}
        self._reported_files: set[str] = set()
        self._containers = ContainerProbe()
        self._probe = FootageProbe(root, self._containers.read)
        self._held_probe = FootageProbe(held or root, self._containers.read)

    def close(self) -> None:
        """End the process that reads foreign containers."""
        self._containers.close()

    def away(self) -> str | None:
        """Why the root is no evidence about any camera: it is missing, unreadable or empty."""
        try:
            with os.scandir(self._root) as entries:
                empty = next(entries, None) is None
        except OSError as exc:
            return f"the footage root cannot be read: {exc.strerror}"
        return "the footage root is empty: is it mounted?" if empty else None

    def timeline(self, camera: str, window: Span, now: int) -> Timeline:
        """The segments that touch `window`, with neighbours. Never raises for what files hold.

        Raises `FootageError` where a folder is there but cannot be read.
        """
        found = self._listing.find(camera, window, lazy=True)
        timeline = self._build(camera, window, now, found)
        if found.stale and cover(window, timeline, now).gaps:
            return self._build(camera, window, now, self._listing.find(camera, window))
        return timeline

    def _build(self, camera: str, window: Span, now: int, found: Found) -> Timeline:
        recordings = self._held(camera, window) | self._recordings(found.entries, window)
        off = names_off(recordings.values())
        if off:  # look where such names have this window, too
            named = Span(window.start + off, window.end + off)
            recordings |= self._recordings(self._listing.find(camera, named).entries, named)
        timeline = build(
            camera,
            recordings.values(),
            now,
            oldest=None if found.oldest is None else found.oldest - off,
            newest=None if found.newest is None else found.newest - off,
        )
        self._report(timeline)
        return timeline

    def _held(self, camera: str, window: Span) -> dict[str, Recording]:
        """What only we still have."""
        if self._held_listing is None or not self._held_listing.root.is_dir():
            return {}
        entries = self._held_listing.find(camera, window).entries
        return self._recordings(entries, window, self._held_probe)

    def _recordings(
        self, entries: tuple[Entry, ...], window: Span, probe: FootageProbe | None = None
    ) -> dict[str, Recording]:
        probe = probe or self._probe
        recordings = {}
        whole = _read_whole(entries, window)
        for entry in entries:
            recording = probe.read(entry, head=entry not in whole)
            # Where the file's place is not where its name puts it, the window may need all of it.
            if recording and recording.partial and name_off(recording) != 0:
                recording = probe.read(entry, head=False)
            if recording:
                recordings[entry.path] = recording
        return recordings

    def _report(self, timeline: Timeline) -> None:
        """Say once that the names of a camera, or single ones, are not to be trusted."""
        camera, seconds = timeline.camera, round(timeline.name_off / NANOS)
        if self._reported.get(camera, 0) != seconds:
            self._reported[camera] = seconds
            log.warning("footage.names_off", camera=camera, seconds=seconds)
        for path, stray in timeline.misnamed:
            if path in self._reported_files or len(self._reported_files) >= _REPORTED:
                continue
            self._reported_files.add(path)
            seconds = round(stray / NANOS)
            log.warning("footage.names_off", camera=camera, file=path, seconds=seconds)


def _read_whole(entries: tuple[Entry, ...], window: Span) -> frozenset[Entry]:
    """The files that may touch the window, by any reading of their names, and one behind it."""
    before = [e for e in entries if e.starts[-1] < window.start]
    after = [e for e in entries if e.starts[0] > window.end]
    return frozenset(entries).difference(before[:-_REACH_BACK], after[1:])
