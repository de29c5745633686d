"""Decides which recorded files become a clip, and where each lies in it. Pure.

Within a stream MediaMTX's own decode clock places the files: its wall clock steps by up to 0.66 s
between files of an unbroken stream (measured). Anywhere else the timeline's wall clock does, and
files that it cannot tell apart from touching do touch.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from processors.cutting.plan import CutPlan, Piece
from processors.cutting.precision import EXACT_ABOVE, chosen
from processors.footage.coverage import Coverage, Gap
from processors.footage.segment import Segment, SegmentState, Timeline
from processors.span import Span
from schemas.incident import Precision
from schemas.instant import NANOS
from schemas.reason import GapCause

_USABLE = frozenset({SegmentState.COMPLETE, SegmentState.GROWING, SegmentState.CRASHED})
_UNSURE = 7 * NANOS // 10
"""How far the clocks of two streams may be off each other (measured: 0.66 s)."""
_NOTICEABLE = NANOS // 20
"""Shorter rests at the edge of what is shown are rounding of clocks."""


def plan_cut(
    window: Span,
    at: int,
    timeline: Timeline,
    coverage: Coverage,
    *,
    precision: Precision | None = None,
    exact_above: int = EXACT_ABOVE,
    title: str = "",
    mixed: bool = False,
) -> CutPlan | None:
    """The clip of `window` around the incident's instant `at`; None where no file can be used.

    Of files that cannot be joined by copying, those are kept that can be joined with the one that
    shows `at`, or else those that show most; the others are gaps with cause `mismatch`. With
    `mixed` all are kept, if there would be such a gap. Without a `precision` it is `chosen`.
    """
    usable = [s for s in timeline.segments if s.state in _USABLE and s.span.overlap(window)]
    if not usable:
        return None
    kept = _without_repeats(_joinable(usable, window, at))
    lost = _lost(usable, kept, window)
    if lost and mixed:
        kept = _without_repeats(usable)
        lost = _lost(usable, kept, window)
    gaps = tuple(sorted([*coverage.gaps, *lost], key=lambda gap: gap.span))
    pieces = _place(kept, gaps)
    return CutPlan(
        camera=timeline.camera,
        window=window,
        at=at,
        precision=chosen(precision, pieces, timeline.segment_length, exact_above),
        pieces=pieces,
        gaps=gaps,
        share=max(0.0, coverage.share - sum(gap.span.length for gap in lost) / window.length),
        title=title,
    )


def _joinable(segments: Iterable[Segment], window: Span, at: int) -> list[Segment]:
    groups: dict[tuple[object, ...], list[Segment]] = {}
    for segment in segments:
        groups.setdefault(segment.signature, []).append(segment)

    def value(group: Sequence[Segment]) -> tuple[bool, int]:
        shown = [span for s in group if (span := s.span.overlap(window))]
        return any(s.contains(at) for s in shown), sum(s.length for s in shown)

    return max(groups.values(), key=value)


def _without_repeats(segments: Sequence[Segment]) -> list[Segment]:
    """Leaves out files that show again what the files before them, or the rest of their stream, do.

    A file may begin before the one before it ends as far as clocks may be off: it is moved. One
    that begins still sooner stays where it is, if nothing else shows what it adds.
    """
    kept: list[Segment] = []
    for segment in segments:
        if not kept or _goes_on(kept, segment, segments) or _adds(kept, segment, segments):
            kept.append(segment)
    return kept


def _goes_on(kept: Sequence[Segment], segment: Segment, segments: Sequence[Segment]) -> bool:
    last = kept[-1]
    if segment.follows(last):
        return True
    if any(s.follows(last) and segment.span.start < s.span.end for s in segments):
        return False
    shown = max(s.span.end for s in kept) - segment.span.start
    return shown <= min(_doubt(last, segment), segment.span.length // 2)


def _doubt(one: Segment, two: Segment) -> int:
    return max(one.uncertainty, two.uncertainty, _UNSURE)


def _adds(kept: Sequence[Segment], segment: Segment, segments: Sequence[Segment]) -> bool:
    """Whether the second half of a file, or more, is shown by no other: recorders may overlap."""
    end, last = kept[-1].span.end, kept[-1]
    mine = end - segment.span.start <= segment.span.length // 2
    if not mine or segment.span.start - last.span.start < _NOTICEABLE or segment.mtxi or last.mtxi:
        return False
    return not any(
        s.span.start <= end + _NOTICEABLE and s.span.end >= segment.span.end
        for s in segments
        if s is not segment
    )


def _place(segments: Sequence[Segment], gaps: Sequence[Gap]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for segment in segments:
        zero = _zero(segment, pieces[-1], gaps) if pieces else segment.zero
        moved = zero - segment.zero
        span = Span(segment.span.start + moved, segment.span.end + moved)
        seamless = bool(pieces) and segment.follows(pieces[-1].segment)
        while pieces and not segment.mtxi and pieces[-1].span.end > span.start:
            last = pieces.pop()
            if span.start - last.span.start > _NOTICEABLE:
                shown = Span(last.span.start, span.start)
                pieces.append(replace(last, span=shown, until=span.start))
        pieces.append(Piece(segment, zero, span, seamless))
    return tuple(pieces)


def _zero(segment: Segment, before: Piece, gaps: Sequence[Gap]) -> int:
    mine, other = segment.mtxi, before.segment.mtxi
    if mine and other and mine.stream_id == other.stream_id:
        return before.zero + mine.dts - other.dts
    distance = segment.span.start - before.span.end
    if -distance > _doubt(before.segment, segment):
        return segment.zero
    touching = distance <= 0 or not any(
        gap.span.overlap(Span(before.span.end, segment.span.start)) for gap in gaps
    )
    return segment.zero - distance if touching else segment.zero


def _lost(usable: Iterable[Segment], kept: Sequence[Segment], window: Span) -> list[Gap]:
    """What of the window only files show that were left out."""
    seen = [segment.span for segment in kept]
    lost: list[Span] = []
    for segment in usable:
        span = segment.span.overlap(window)
        rests = [span] if span and segment not in kept else []
        for shown in (*seen, *lost):
            rests = [rest for old in rests for rest in _minus(old, shown)]
        lost += [rest for rest in rests if rest.length >= _NOTICEABLE]
    return [Gap(span, GapCause.MISMATCH) for span in lost]


def _minus(span: Span, other: Span) -> list[Span]:
    both = span.overlap(other)
    if both is None:
        return [span]
    ends = [Span(span.start, both.start), Span(both.end, span.end)]
    return [end for end in ends if end.length]
