"""Builds a camera's timeline from the files that were found near a window. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median_low

from processors.footage.clock import LONGEST, Placed, place
from processors.footage.hours import misnamed, names_off, settle
from processors.footage.recording import Recording
from processors.footage.segment import AHEAD, Segment, SegmentState, Timeline
from processors.footage.state import judge_state
from processors.mp4.outline import Reach
from processors.span import Span
from schemas.instant import NANOS

_JOIN = NANOS // 10
"""Files of an unbroken stream touch if they are closer than this by the stream's own time."""
_LONGEST = 24 * 3600 * NANOS
"""MediaMTX allows no longer files (source: bluenviron/mediamtx, internal/conf)."""
_USABLE = frozenset({SegmentState.COMPLETE, SegmentState.GROWING, SegmentState.CRASHED})


def build(
    camera: str,
    recordings: Iterable[Recording],
    now: int,
    *,
    oldest: int | None = None,
    newest: int | None = None,
) -> Timeline:
    """The timeline of `recordings`, which are the files of one camera around a window.

    `oldest` and `newest` are the starts of the camera's first and last file, by their names.
    """
    settled = settle(recordings)
    newest = newest if newest is not None and newest <= now + AHEAD else None
    placed = {p.recording.path: p for p in place([(r, start) for r, start, _ in settled])}
    starts = [_start(r, placed.get(r.path), start) for r, start, _ in settled]
    files = [recording for recording, _, _ in settled]
    off = names_off(files)
    last = max([*(s for s in starts if s <= now + AHEAD), newest or 0], default=0)
    length = _usual_length(starts)
    segments = []
    for (recording, start, doubt), begins in zip(settled, starts, strict=True):
        if recording.partial:
            continue
        state, problem = judge_state(recording, succeeded=last > begins, now=now)
        where = placed.get(recording.path)
        if where and state in _USABLE:
            segments.append(_segment(recording, where, state, problem, doubt))
        else:
            following = min((s for s in starts if s > start), default=start + _LONGEST)
            guess = Span(start, min(following, start + length))
            segments.append(Segment(recording.path, guess, state, recording.size, problem=problem))
    segments.sort(key=lambda s: (s.span.start, s.path))
    segments = _joined(segments, placed)
    return Timeline(
        camera=camera,
        known=bool(settled) or newest is not None,
        segments=tuple(segments),
        oldest=oldest,
        newest=_newest(segments, newest, now),
        segment_length=length / NANOS if len(starts) > 1 else None,
        fragmented=any(r.outline is not None and r.outline.fragmented for r in files),
        name_off=off,
        misnamed=misnamed(files, off),
        lag=_usual_lag(segments, {r.path: r.mtime for r in files}),
    )


def _newest(segments: Iterable[Segment], named: int | None, now: int) -> int | None:
    """How far the camera's footage reaches, or at least its newest name; None without either."""
    ends = [s.span.end for s in segments if s.state in _USABLE and s.span.start <= now + AHEAD]
    return max([*ends, named or 0]) if ends or named else None


def _start(recording: Recording, where: Placed | None, start: int) -> int:
    shown = recording.shown
    if where is None or shown is None:
        return start
    return where.zero + (shown.first if shown.start is None else shown.start)


def _usual_length(starts: Sequence[int]) -> int:
    steps = [b - a for a, b in pairwise(sorted(starts)) if b > a]
    return min(median_low(steps), _LONGEST) if steps else 0


def _usual_lag(segments: Iterable[Segment], changed: dict[str, int]) -> int:
    closed = [s for s in segments if s.state is SegmentState.COMPLETE]
    return median_low([max(0, changed[s.path] - s.span.end) for s in closed]) if closed else 0


def _segment(
    recording: Recording, where: Placed, state: SegmentState, problem: str, doubt: int
) -> Segment:
    outline, shown = recording.outline, recording.shown
    assert outline is not None
    assert shown is not None
    assert shown.start is not None
    growing = state is SegmentState.GROWING
    end = shown.settled if growing else shown.end
    size = outline.whole if outline.settled is None or not growing else outline.settled
    span = Span(where.zero + shown.start, where.zero + max(end, shown.start))
    return Segment(
        path=recording.path,
        span=span,
        state=state,
        size=size,
        signature=outline.signature,
        mtxi=outline.mtxi,
        zero=where.zero,
        uncertainty=max(where.uncertainty, 0 if outline.mtxi else doubt),
        problem=problem,
        frame=_frame(shown),
        holes=tuple(Span(where.zero + a, where.zero + b) for a, b in shown.holes),
        landmarks=outline.landmarks,
        name_off=where.said - where.zero,
    )


def _frame(shown: Reach) -> int:
    """How long a frame usually lasts."""
    still = sum(b - a for a, b in shown.holes)
    return max(0, shown.end - shown.first - still) // shown.samples


def _rest(segment: Segment, where: Placed) -> int:
    """How much may be missing of a file's last picture: only a recorder with a clock knows it."""
    shown = where.recording.shown
    return _JOIN if segment.mtxi or shown is None else max(_JOIN, LONGEST * shown.longest)


def _joined(segments: list[Segment], placed: dict[str, Placed]) -> list[Segment]:
    """The end of a file is the start of the next, where their stream is unbroken.

    By the stream's own time they touch; only the wall clock of the two may differ, by a drift.
    """
    out = list(segments)
    for i, (one, two) in enumerate(pairwise(segments)):
        before, after = placed.get(one.path), placed.get(two.path)
        if before is None or after is None or one.state not in _USABLE:
            continue
        if before.stream != after.stream or after.number != before.number + 1:
            continue
        begins = two.span.start - two.zero + (after.position - before.position)
        apart = begins - (one.span.end - one.zero)
        if -_JOIN <= apart <= _rest(one, before) and two.span.start >= one.span.start:
            out[i] = replace(one, span=Span(one.span.start, two.span.start))
    return out
