"""How much of a window the footage covers, and why the rest is missing. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

from processors.footage.segment import AHEAD, Segment, SegmentState, Timeline
from processors.span import Span
from schemas.instant import NANOS
from schemas.reason import GapCause

USABLE = frozenset({SegmentState.COMPLETE, SegmentState.GROWING, SegmentState.CRASHED})
_LATE = 60 * NANOS
"""Footage that is not there so long after its time will not come."""
_KEPT = 3600 * NANOS
"""A window that lies so far before the oldest file was probably recorded, and deleted since."""
_MOST = NANOS // 4
"""No rest longer than this is taken for rounding, however slow the frames are."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A span of a window without footage."""

    span: Span
    cause: GapCause


@dataclass(frozen=True, slots=True)
class Coverage:
    """What of a window is covered. `spans` and `gaps` together are exactly the window."""

    spans: tuple[Span, ...]
    """Covered, in order; spans that touch are one."""
    gaps: tuple[Gap, ...]
    """Not covered, in order."""
    share: float
    """Of the window that is covered, 0 to 1."""


def cover(window: Span, timeline: Timeline, now: int) -> Coverage:
    """What of `window` the timeline's readable segments cover.

    A rest of less than half a frame at the window's edges, or of one and a half inside, is rounding.
    """
    usable = [s for s in timeline.segments if s.state in USABLE]
    shown = sorted(((span, s) for s in usable for span in _shown(s)), key=itemgetter(0))
    spans: list[Span] = []
    for whole, segment in shown:
        span = whole.overlap(window)
        if span is None:
            continue
        before = spans[-1].end if spans else window.start
        if span.start - before <= _rounding(segment, inside=bool(spans)):
            span = Span(before, max(before, span.end))
        if window.end - span.end <= _rounding(segment, inside=False):
            span = Span(span.start, window.end)
        if spans and span.start <= spans[-1].end:
            spans[-1] = Span(spans[-1].start, span.end)
        else:
            spans.append(span)
    spans = [span for span in spans if span.length]
    rests = _rests(window, spans)
    gaps = tuple(gap for rest in rests for gap in _gaps(rest, timeline, usable, now))
    covered = sum(span.length for span in spans)
    return Coverage(tuple(spans), gaps, covered / window.length if window.length else 0.0)


def _shown(segment: Segment) -> list[Span]:
    """What a segment shows: its span without its holes."""
    holes = [hole for h in segment.holes if (hole := h.overlap(segment.span))]
    return _rests(segment.span, holes)


def _rounding(segment: Segment, *, inside: bool) -> int:
    return min(segment.frame * 3 // 2 if inside else segment.frame // 2, _MOST)


def _rests(window: Span, spans: Sequence[Span]) -> list[Span]:
    starts = [window.start, *(span.end for span in spans)]
    ends = [*(span.start for span in spans), window.end]
    return [Span(a, b) for a, b in zip(starts, ends, strict=True) if a < b]


def _gaps(rest: Span, timeline: Timeline, usable: Sequence[Segment], now: int) -> list[Gap]:
    """One gap with its cause; two where what lies behind an unreadable file may still come."""
    unusable = [s for s in timeline.segments if s not in usable and s.span.overlap(rest)]
    if any(s.state is SegmentState.EMPTY for s in unusable):
        return [Gap(rest, GapCause.NOT_YET)]
    if not unusable:
        return [Gap(rest, _cause(rest, timeline, usable, now))]
    ends = max(s.span.end for s in unusable)
    behind = Span(ends, rest.end) if ends < rest.end else None
    if behind and _cause(behind, timeline, usable, now) is GapCause.NOT_YET:
        lost = Span(rest.start, behind.start)
        return [Gap(lost, GapCause.UNREADABLE), Gap(behind, GapCause.NOT_YET)]
    return [Gap(rest, GapCause.UNREADABLE)]


def _cause(gap: Span, timeline: Timeline, usable: Sequence[Segment], now: int) -> GapCause:
    before = [s for s in usable if s.span.start < gap.start]
    present = [s for s in usable if s.span.start <= now + AHEAD]
    later = any(s.span.end > gap.end for s in present) or (timeline.newest or 0) > gap.end
    if not later and now - gap.end < _LATE:
        return GapCause.NOT_YET
    if not before:
        return _before_all(gap, timeline, usable)
    last = max(before, key=lambda s: s.span.end)
    down = last.state is SegmentState.CRASHED
    return GapCause.RECORDER_DOWN if down else GapCause.NOT_RECORDED


def _before_all(gap: Span, timeline: Timeline, usable: Sequence[Segment]) -> GapCause:
    """Nothing earlier is there: it was deleted, or never recorded."""
    oldest = timeline.oldest
    if oldest is None or gap.start >= oldest:
        return GapCause.NOT_RECORDED
    first = min(usable, key=lambda s: s.span.start, default=None)
    if first and first.span.start <= oldest + _LATE and first.mtxi and first.mtxi.number:
        return GapCause.EXPIRED
    return GapCause.EXPIRED if gap.end < oldest - _KEPT else GapCause.NOT_RECORDED
