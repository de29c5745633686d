"""Which files of a window the recorder may delete before the clip is cut. Pure."""

from collections.abc import Iterator

from processors.footage.segment import SegmentState, Timeline
from processors.span import Span
from schemas.instant import NANOS

_SOON = 60 * NANOS
"""A job may have to wait so long."""
_CLOSED = frozenset({SegmentState.COMPLETE, SegmentState.CRASHED})


def threatened(window: Span, timeline: Timeline, now: int) -> tuple[str, ...]:
    """Paths of the closed files of `window` that may be deleted within a minute.

    A recorder deletes what is older than its limit, many files at a time (MediaMTX: every half of
    the limit at most). So the limit is at least half of the age of what is still there.
    """
    return tuple(_threatened(window, timeline, now))


def _threatened(window: Span, timeline: Timeline, now: int) -> Iterator[str]:
    if timeline.oldest is None:
        return
    safe = now - (now - timeline.oldest) // 2 + _SOON
    for segment in timeline.segments:
        if segment.state in _CLOSED and segment.span.overlap(window) and segment.span.start < safe:
            yield segment.path
