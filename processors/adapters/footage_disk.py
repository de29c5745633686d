"""The recordings on disk: `Recordings` on names, cached readings and the timeline's rules."""

from collections.abc import Iterable
from datetime import tzinfo
from pathlib import Path

from processors.adapters.container_probe import ContainerProbe
from processors.adapters.footage_listing import Entry, Found, Listing
from processors.adapters.footage_probe import FootageProbe
from processors.footage.pattern import Pattern
from processors.footage.recording import Recording
from processors.footage.segment import Timeline
from processors.footage.timeline import build
from processors.span import Span

_REACH_BACK = 2
"""Files that start before a window and are read whole: one may reach into it, after a crash two."""


class DiskRecordings:
    """Footage below `root`, read-only. Safe between threads; every call may block on the disk."""

    def __init__(self, root: Path, patterns: str | Iterable[str], zone: tzinfo) -> None:
        texts = (patterns,) if isinstance(patterns, str) else patterns
        self._listing = Listing(root, [Pattern(text) for text in texts], zone)
        self._containers = ContainerProbe()
        self._probe = FootageProbe(root, self._containers.read)

    def close(self) -> None:
        """End the process that reads foreign containers."""
        self._containers.close()

    def timeline(self, camera: str, window: Span, now: int) -> Timeline:
        """The segments that touch `window`, with neighbours. Never raises for what files hold."""
        found = self._listing.find(camera, window)
        recordings = self._recordings(found, window)
        return build(camera, recordings, now, oldest=found.oldest, newest=found.newest)

    def cameras(self) -> tuple[str, ...]:
        """Names of the cameras that the footage root has."""
        return self._listing.cameras()

    def _recordings(self, found: Found, window: Span) -> list[Recording]:
        recordings = []
        whole = _read_whole(found.entries, window)
        for entry in found.entries:
            recording = self._probe.read(entry, head=entry not in whole)
            if recording and recording.partial and recording.outline and not recording.outline.mtxi:
                recording = self._probe.read(entry, head=False)
            if recording:
                recordings.append(recording)
        return recordings


def _read_whole(entries: tuple[Entry, ...], window: Span) -> frozenset[Entry]:
    """The files that may touch the window, and one behind it."""
    before = [e for e in entries if e.starts[0] < window.start]
    after = [e for e in entries if e.starts[-1] > window.end]
    return frozenset(entries).difference(before[:-_REACH_BACK], after[1:])
