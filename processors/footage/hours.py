"""Which of two hours a name means, where clocks were put back, and whether names are true at all.

Evidence decides, or nothing does.
"""

from collections.abc import Iterable
from statistics import median_low

from processors.footage.recording import Recording
from schemas.instant import NANOS

HOUR = 3600 * NANOS
_NEAR = 15 * 60 * NANOS
"""Evidence further off than this is none."""
_TRUE = NANOS
"""A name that is less than this off the clock in its file is true."""
_ALIKE = 2 * NANOS
"""Names that are wrong in the same way, each cut to the second, differ by less than this."""


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
    """By how much names are usually later than the clocks in their files; 0 if they are true.

    Else the recorder's zone is not the one that we were told, or its clock was set while it ran.
    """
    offs = [off for r in recordings if (off := name_off(r)) is not None]
    return median_low(offs) if offs else 0


def misnamed(recordings: Iterable[Recording], usual: int) -> tuple[tuple[str, int], ...]:
    """Files whose names are off the clocks in them in another way than `usual`, and by how much."""
    alike = _ALIKE if usual else 0
    offs = [(r.path, off) for r in recordings if (off := name_off(r)) is not None]
    return tuple((path, off) for path, off in offs if abs(off - usual) > alike)


def name_off(recording: Recording) -> int | None:
    """By how much the name is later than the clock in the file; 0 if it is true, None without one."""
    mtxi = recording.outline.mtxi if recording.outline else None
    if mtxi is None:
        return None
    off = min((start - mtxi.ntp for start in recording.starts), key=abs)
    if off < 0:  # a name is cut, not rounded: it may be earlier by what was cut off
        off = min(0, off + recording.grain)
    return off if abs(off) > _TRUE else 0


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
