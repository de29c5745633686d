"""When waiting is over. Pure.

Footage is there when it covers the end of the window, when a later file proves that the camera has
moved on, or when the deadline has passed. A deadline counts from the window, so a redelivery does
not begin the wait anew.
"""

from dataclasses import dataclass

from processors.footage.coverage import USABLE, Coverage
from processors.footage.segment import AHEAD, Timeline
from processors.span import Span
from schemas.instant import NANOS
from schemas.reason import GapCause

_UNKNOWN_LENGTH = 10.0
"""Seconds that a segment is taken to last where none has been seen."""
_LONGEST_WAIT = 30.0
"""Seconds of a segment that count where a growing file can be read."""
_MARGIN = 10.0
_LONGEST_LAG = 600.0
"""Seconds of a camera's usual lag that count; older footage was copied here for other reasons."""
_FIRST_LOOK = NANOS // 4
"""No frame can be read sooner than this after its time (measured: 0.5 s is usual)."""
_SLOWEST = 2 * NANOS
"""Between two looks, however long the wait."""
_PACE = 8
"""A wait of so many units asks for a look a unit."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, and how often to look."""

    seconds: float | None = None
    """After the window's end; None derives it from the camera's segments."""
    poll_seconds: float = 0.25
    """Between two looks while the footage is due."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Nothing more is to be waited for."""

    why: str
    """`covered`, `moved_on` or `deadline`."""


@dataclass(frozen=True, slots=True)
class NotYet:
    """The footage does not reach the window's end, and may still."""

    look_at: int
    """When to look again."""
    have: int | None
    """Up to where the camera's footage reaches."""


def deadline(window: Span, timeline: Timeline, patience: Patience) -> int:
    """The instant at which waiting for `window` ends, whatever there is then."""
    if patience.seconds is not None:
        return window.end + round(patience.seconds * NANOS)
    length = timeline.segment_length or _UNKNOWN_LENGTH
    if timeline.fragmented or not timeline.segments:
        length = min(length, _LONGEST_WAIT)
    lag = min(timeline.lag / NANOS, _LONGEST_LAG)
    return window.end + round((2 * length + lag + _MARGIN) * NANOS)


def judge(  # the question in the order of its words
    window: Span,
    timeline: Timeline,
    coverage: Coverage,
    now: int,
    until: int,
    *,
    poll: float = 0.25,
) -> Ready | NotYet:
    """Whether to go on with what there is, or when to look again.

    `until` is the deadline, `poll` are the seconds between looks while footage is due.
    """
    due = any(gap.cause is GapCause.NOT_YET for gap in coverage.gaps)
    if not due and not any(gap.span.end == window.end for gap in coverage.gaps):
        return Ready("covered")
    if not due and _moved_on(window, timeline, now):
        return Ready("moved_on")
    if now >= until:
        return Ready("deadline")
    if now < window.end:
        look_at = window.end + _FIRST_LOOK
    else:
        look_at = now + max(round(poll * NANOS), min((now - window.end) // _PACE, _SLOWEST))
    return NotYet(min(look_at, until), timeline.newest)


def _moved_on(window: Span, timeline: Timeline, now: int) -> bool:
    """A file that can be read begins behind the window: what is not there by now never comes."""
    return any(
        s.state in USABLE and window.end <= s.span.start <= now + AHEAD for s in timeline.segments
    )
