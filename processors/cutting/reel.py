"""The reel: every sample that a clip must hold, in order, on the clip's own clock.

It is laid from the plan and the inputs' sample tables alone, so it says what a cut must come to
before any way of cutting has run: the splicer writes it, and the proof compares with it.

Each file lies where the plan puts its
time zero, so sound keeps the distance from the picture that the recorder gave it, and rounding
never adds up. Time 0 is the first frame shown; see `exact` for what an exact clip hides before it.
"""

from __future__ import annotations  # array[int] cannot be evaluated before Python 3.12

import operator
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import compress, pairwise

from processors.cutting.plan import CutPlan
from processors.errors import CutError
from processors.footage.clock import LONGEST
from processors.mp4.codecs import COPIED_SOUND
from processors.mp4.movie import Movie, Track
from processors.span import Span
from schemas.clip import Sound
from schemas.instant import NANOS

REORDER = 32
"""Frames after the first in which an earlier-shown one may lie: more than any codec's B-frames."""
OVERHANG = 2 * NANOS
"""Sound may go on after the last frame of its file (measured: up to 0.7 s)."""
_FINEST = 48_000
"""Ticks a second of picture that a strip has at least, so that placing it rounds by 10 us at most."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one input gives to one track of the clip."""

    source: int
    """Index of the input."""
    track: Track
    first: int
    """Index of its first sample that is used."""
    stop: int
    """Index after the last one."""
    shift: int
    """Ticks of the strip to add to a decode time of the input to get one of the clip."""

    def __len__(self) -> int:
        return self.stop - self.first


@dataclass
class Strip:
    """One track of the clip. Columns as in `Samples`; presentation = `dts` + `composition`."""

    track: Track
    """Of the first input that has one: entry, configuration."""
    fine: int = 1
    """How many ticks of the strip one of the inputs has."""
    parts: list[Part] = field(default_factory=list)
    size: array[int] = field(default_factory=lambda: array("I"))
    dts: array[int] = field(default_factory=lambda: array("q"))
    composition: array[int] = field(default_factory=lambda: array("q"))
    sync: bytearray = field(default_factory=bytearray)
    end: int = 0
    """Decode time after the last sample."""
    orderly: bool = True
    """Whether all samples of the inputs have their place in time."""

    def __len__(self) -> int:
        return len(self.size)

    @property
    def timescale(self) -> int:
        """Ticks a second."""
        return self.track.timescale * self.fine

    @property
    def joins(self) -> tuple[int, ...]:
        """Index of the first sample of each part but the first."""
        at, found = 0, []
        for part in self.parts[:-1]:
            at += len(part)
            found.append(at)
        return tuple(found)

    @cached_property
    def steps(self) -> array[int]:
        """Ticks from the decode time of each sample to the next one's, or to the end."""
        return array("q", [*map(operator.sub, self.dts[1:], self.dts), self.end - self.dts[-1]])

    @cached_property
    def shown(self) -> list[int]:
        """When each sample is presented, in ticks."""
        return list(map(operator.add, self.dts, self.composition))

    def nanos(self, ticks: int) -> int:
        """`ticks` of this track in nanoseconds, rounded."""
        return round_div(ticks * NANOS, self.timescale)


@dataclass(frozen=True, slots=True)
class Reel:
    """What the clip must hold."""

    origin: int
    """Wall clock of the clip's time 0, nanoseconds since the epoch."""
    video: Strip
    audio: Strip | None
    heads: tuple[int, ...]
    """Of each input: its first video sample that can be decoded."""
    length: int
    """Nanoseconds from the first frame to the end of the last, as shown."""
    first: int
    """Index of the frame that is shown first, at time 0."""
    lead_in: int = 0
    """Nanoseconds of footage before the first frame that are hidden in the clip."""

    @property
    def span(self) -> Span:
        """What is shown, on the wall clock."""
        return Span(self.origin, self.origin + self.length)

    @property
    def sound(self) -> Sound:
        """What becomes of the sound."""
        if self.audio is None:
            return Sound.NONE
        if not self.audio.orderly:
            return Sound.PARTIAL
        return Sound.COPIED if self.audio.track.format in COPIED_SOUND else Sound.ENCODED


def shown_at(plan: CutPlan, reel: Reel, instant: int) -> int | None:
    """Nanoseconds into the clip of `instant`; None where it is not shown."""
    shown = reel.span.contains(instant) and plan.shows(instant)
    return instant - reel.origin if shown else None


def round_div(numerator: int, denominator: int) -> int:
    """The nearest whole quotient, halves upwards; `denominator` > 0."""
    return (2 * numerator + denominator) // (2 * denominator)


def lay_reel(plan: CutPlan, movies: Sequence[Movie]) -> Reel:
    """The whole segments of `plan`, whose pieces were read as `movies`.

    Raises `CutError` where they do not fit.
    """
    heads = find_heads(plan, movies)
    first = _video(movies[0])
    origin = plan.pieces[0].zero + round_div(_first_shown(first, heads[0]) * NANOS, first.timescale)
    video = lay_video(plan, movies, heads, origin)
    shown = video.shown
    length = video.nanos(max(max(shown[-REORDER:]) + video.end - video.dts[-1], 0))
    start = shown.index(min(shown[:REORDER]))
    return Reel(origin, video, lay_audio(plan, movies, origin, length), heads, length, start)


def find_heads(plan: CutPlan, movies: Sequence[Movie]) -> tuple[int, ...]:
    """Of each input the first frame that can be decoded: a stream may begin inside a group."""
    return tuple(
        0 if piece.seamless else _head(movie)
        for piece, movie in zip(plan.pieces, movies, strict=True)
    )


def _video(movie: Movie) -> Track:
    track = movie.track("video")
    if track is None:
        raise CutError("a segment has no picture")
    return track


def _head(movie: Movie) -> int:
    head = _video(movie).samples.sync.find(1)
    if head < 0:
        raise CutError("a segment has no frame at which decoding can start")
    return head


def _first_shown(track: Track, head: int) -> int:
    samples = track.samples
    near = slice(head, head + REORDER)
    shown: int = min(map(operator.add, samples.dts[near], samples.composition[near]))
    return shown + offset(track)


def offset(track: Track) -> int:
    """From media time to the file's time, by its edit list."""
    return track.edit_delay - track.edit_start


def lay_video(plan: CutPlan, movies: Sequence[Movie], heads: Sequence[int], origin: int) -> Strip:
    """All frames of `plan` that can be decoded, from wall clock `origin`."""
    track = _video(movies[0])
    strip = Strip(track, fine=-(-_FINEST // track.timescale))
    for i, (piece, movie, head) in enumerate(zip(plan.pieces, movies, heads, strict=True)):
        track = _video(movie)
        shift = _shift(strip, track, piece.zero - origin)
        stop = _stop(strip, track, shift, piece.until, origin)
        if stop <= head:
            continue
        part = Part(i, track, head, stop, shift)
        if strip.dts and track.samples.dts[head] * strip.fine + part.shift <= strip.dts[-1]:
            raise CutError("a segment would start before the one before it has ended")
        _append(strip, part)
    _stretch(strip, plan, origin)
    return strip


def _stretch(strip: Strip, plan: CutPlan, origin: int) -> None:
    """Lets the last picture stand until its file ends, if that is later than the file itself says."""
    part = strip.parts[-1]
    until = plan.pieces[part.source].span.end - origin
    durations = part.track.samples.duration
    usual, longest = durations[part.stop - 1] * strip.fine, max(durations) * strip.fine
    last = max(map(operator.add, strip.dts[-REORDER:], strip.composition[-REORDER:]))
    rest = round_div(until * strip.timescale, NANOS) - last - usual
    if usual < rest <= LONGEST * longest:
        strip.end += rest


def _stop(strip: Strip, track: Track, shift: int, until: int | None, origin: int) -> int:
    """How many samples of a file are used, where the next one takes over at wall clock `until`."""
    samples = track.samples
    if until is None:
        return len(samples)
    # Half a frame of rounding.
    limit = (
        round_div((until - origin) * strip.timescale, NANOS) - samples.duration[0] * strip.fine // 2
    )
    late = [
        (at + composition) * strip.fine + shift >= limit
        for at, composition in zip(samples.dts, samples.composition, strict=True)
    ]
    stop = late.index(True) if True in late else len(late)
    if not all(late[stop:]):
        raise CutError("a segment goes on among reordered frames where the next one takes over")
    return stop


def lay_audio(plan: CutPlan, movies: Sequence[Movie], origin: int, length: int) -> Strip | None:
    """Sound from `origin` on, `length` nanoseconds of it, without what overlaps at a join.

    Where its time falls back inside a file, that is a join like any other.
    """
    first = next((track for movie in movies if (track := movie.track("audio"))), None)
    if first is None:
        return None
    strip = Strip(first)
    limit = round_div(length * first.timescale, NANOS)
    for i, (piece, movie) in enumerate(zip(plan.pieces, movies, strict=True)):
        track = movie.track("audio")
        if track is None:
            continue
        shift = _shift(strip, track, piece.zero - origin)
        behind = round_div((_behind(plan, i) - origin) * first.timescale, NANOS)
        strip.orderly &= track.samples.dts[-1] + shift < behind
        _append_sound(strip, Part(i, track, 0, len(track.samples), shift), min(limit, behind))
    return strip if len(strip) else None


def _behind(plan: CutPlan, index: int) -> int:
    """The instant from which sound of a piece cannot be in its place: the next has long begun."""
    piece, *following = plan.pieces[index : index + 2]
    return (
        max(piece.segment.span.end, piece.span.end, *(p.span.start for p in following)) + OVERHANG
    )


def _append_sound(strip: Strip, part: Part, limit: int) -> None:
    """What of `part` lies behind the strip and before `limit`."""
    samples, shift = part.track.samples, part.shift
    dts, slack = samples.dts, samples.duration[0] // 2
    falls = list(compress(range(1, len(dts)), map(operator.le, dts[1:], dts)))
    strip.orderly &= not falls
    for run in pairwise([0, *falls, len(dts)]):
        # A last piece of sound may be shorter than half a usual one.
        start = max(strip.end - slack, strip.dts[-1] + 1) if len(strip) else 0
        first, stop = (bisect_left(dts, at - shift, *run) for at in (start, limit))
        if first < stop:
            _append(strip, replace(part, first=first, stop=stop))


def _shift(strip: Strip, track: Track, distance: int) -> int:
    """Ticks of `strip` from its time 0 to the media time 0 of a file `distance` ns after it."""
    return offset(track) * strip.fine + round_div(distance * strip.timescale, NANOS)


def _append(strip: Strip, part: Part) -> None:
    if part.track.timescale != strip.track.timescale:
        raise CutError(f"the {part.track.kind} of the segments counts time in different units")
    samples, chosen = part.track.samples, slice(part.first, part.stop)
    shift, fine = part.shift, strip.fine
    strip.parts.append(part)
    strip.size.extend(samples.size[chosen])
    strip.dts.extend(array("q", [at * fine + shift for at in samples.dts[chosen]]))
    late = samples.composition[chosen].tolist()
    strip.composition.extend(array("q", [ticks * fine for ticks in late] if any(late) else late))
    strip.sync.extend(samples.sync[chosen])
    # Some writers say that the last piece of sound lasts no time.
    strip.end = strip.dts[-1] + max(1, samples.duration[part.stop - 1] * fine)
