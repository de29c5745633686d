"""A clip's window as a strip: which parts are missing, and where the incident is. Pure."""

from dataclasses import dataclass
from datetime import datetime

from schemas.http import ClipView

WIDTH = 1000
_LEAST = 4
"""A gap is never too thin to be seen."""


@dataclass(frozen=True, slots=True)
class Strip:
    """Places on a strip of `WIDTH`."""

    gaps: tuple[tuple[int, int], ...]
    """Begin and width of each."""
    incident: int | None
    """None where it lies outside of the window."""


def of(clip: ClipView) -> Strip | None:
    """The strip of an answered clip; None while nobody knows what will be missing."""
    length = (clip.end_time - clip.start_time).total_seconds()
    if clip.outcome is None or length <= 0:
        return None

    def place(moment: datetime) -> int:
        at = (moment - clip.start_time).total_seconds()
        return round(min(max(at / length, 0), 1) * WIDTH)

    gaps = tuple(
        (min(place(gap.start), WIDTH - _LEAST), max(place(gap.end) - place(gap.start), _LEAST))
        for gap in clip.gaps
    )
    inside = clip.start_time <= clip.incident_at <= clip.end_time
    return Strip(gaps, place(clip.incident_at) if inside else None)
