"""Which of two hours a name means, where clocks were put back. Evidence decides, or nothing does."""

from collections.abc import Iterable
from statistics import median_low

from processors.footage.recording import Recording
from schemas.instant import NANOS

HOUR = 3600 * NANOS
_NEAR = 15 * 60 * NANOS
"""Evidence further off than this is none."""


_ROUNDED = 2 * NANOS
"""Names that are cut to the second, and clocks that are set anew, differ by less than this."""


def settle(recordings: Iterable[Recording]) -> list[tuple[Recording, int, int]]:
    """Each recording with its start and how far that may be off, in order of start.

    The recorder's own clock in the file decides, then the time of the last change (that is when
    the file ended), then whether a neighbour ends there. Without any, the earlier hour is taken
    and the doubt is an hour.
    """
    found = list(recordings)
    sure = [(r, r.starts[0], 0) for r in found if len(r.starts) == 1]
    doubtful = [r for r in found if len(r.starts) > 1]
    for recording in sorted(doubtful, key=lambda r: (r.starts, r.path)):
        start = _evident(recording, [other for other in sure if not other[2]])
        first = recording.starts[0]
        sure.append((recording, first, HOUR) if start is None else (recording, start, 0))
    return sorted(sure, key=lambda item: (item[1], item[0].path))


def names_off(recordings: Iterable[Recording]) -> int:
    """By how much names are later than the clocks in their files; 0 if that is about a second.

    More means that the recorder's zone is not the one that we were told.
    """
    offs = [
        min((start - r.outline.mtxi.ntp for start in r.starts), key=abs)
        for r in recordings
        if r.outline and r.outline.mtxi
    ]
    usual = median_low(offs) if offs else 0
    return usual if abs(usual) > _ROUNDED else 0


def _evident(recording: Recording, neighbours: list[tuple[Recording, int, int]]) -> int | None:
    mtxi = recording.outline.mtxi if recording.outline else None
    length = _length(recording)
    if mtxi:
        return _nearest(recording.starts, mtxi.ntp)
    if (start := _nearest(recording.starts, recording.mtime - length)) is not None:
        return start
    touching = [start + _length(other) for other, start, _ in neighbours]
    touching += [start - length for _, start, _ in neighbours]
    close = [c for c in recording.starts if any(abs(c - t) < 2 * NANOS for t in touching)]
    return close[0] if len(close) == 1 else None


def _nearest(starts: tuple[int, ...], evidence: int) -> int | None:
    near = [start for start in starts if abs(start - evidence) <= _NEAR]
    return near[0] if len(near) == 1 else None


def _length(recording: Recording) -> int:
    shown = recording.shown
    return shown.end - (shown.start or shown.first) if shown else 0
