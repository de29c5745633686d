"""The reel: every sample that a clip must hold, in order, on the clip's own clock.

It is laid from the plan and the inputs' sample tables alone, so it says what a cut must come to
before any way of cutting has run: the splicer writes it, and the proof compares with it.

Time 0 of the clip is the first frame that can be decoded. Each file lies where the plan puts its
time zero, so sound keeps the distance from the picture that the recorder gave it, and rounding
never adds up.
"""

from __future__ import annotations  # array[int] cannot be evaluated before Python 3.12

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from processors.cutting.plan import CutPlan
from processors.errors import CutError
from processors.mp4.movie import Movie, Track
from schemas.instant import NANOS

_REORDER = 32
"""Frames after the first in which an earlier-shown one may lie: more than any codec's B-frames."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one input gives to one track of the clip."""

    track: Track
    first: int
    """Index of its first sample that is used."""
    stop: int
    """Index after the last one."""
    shift: int
    """Ticks to add to a decode time of the input to get one of the clip."""

    def __len__(self) -> int:
        return self.stop - self.first


@dataclass(slots=True)
class Strip:
    """One track of the clip. Columns as in `Samples`; presentation = `dts` + `composition`."""

    track: Track
    """Of the first input that has one: entry, configuration, timescale."""
    parts: list[Part] = field(default_factory=list)
    size: array[int] = field(default_factory=lambda: array("I"))
    dts: array[int] = field(default_factory=lambda: array("q"))
    composition: array[int] = field(default_factory=lambda: array("q"))
    sync: bytearray = field(default_factory=bytearray)
    end: int = 0
    """Decode time after the last sample."""

    def __len__(self) -> int:
        return len(self.size)

    @property
    def joins(self) -> tuple[int, ...]:
        """Index of the first sample of each part but the first."""
        at, found = 0, []
        for part in self.parts[:-1]:
            at += len(part)
            found.append(at)
        return tuple(found)

    def nanos(self, ticks: int) -> int:
        """`ticks` of this track in nanoseconds, rounded."""
        return round_div(ticks * NANOS, self.track.timescale)


@dataclass(frozen=True, slots=True)
class Reel:
    """What the clip must hold."""

    origin: int
    """Wall clock of the clip's time 0, nanoseconds since the epoch."""
    video: Strip
    audio: Strip | None
    heads: tuple[int, ...]
    """Of each input: its first video sample that can be decoded."""

    @property
    def length(self) -> int:
        """Nanoseconds from the first frame to the end of the last, as shown."""
        video = self.video
        tail = slice(max(0, len(video) - _REORDER), None)
        shown = max(map(sum, zip(video.dts[tail], video.composition[tail], strict=True)))
        last = video.parts[-1].track.samples.duration[video.parts[-1].stop - 1]
        return video.nanos(max(shown + last, 0))


def round_div(numerator: int, denominator: int) -> int:
    """The nearest whole quotient, halves upwards; `denominator` > 0."""
    return (2 * numerator + denominator) // (2 * denominator)


def lay_reel(plan: CutPlan, movies: Sequence[Movie]) -> Reel:
    """The reel of `plan`, whose pieces were read as `movies`; raises `CutError` where none fits."""
    heads = tuple(
        _head(movie, seamless=piece.seamless)
        for piece, movie in zip(plan.pieces, movies, strict=True)
    )
    first = _video(movies[0])
    origin = plan.pieces[0].zero + round_div(_first_shown(first, heads[0]) * NANOS, first.timescale)
    video = _lay_video(plan, movies, heads, origin)
    return Reel(origin, video, _lay_audio(plan, movies, origin, video), heads)


def _video(movie: Movie) -> Track:
    track = movie.track("video")
    if track is None:
        raise CutError("a segment has no picture")
    return track


def _head(movie: Movie, *, seamless: bool) -> int:
    """The first frame that can be decoded: a stream may begin in the middle of a group."""
    if seamless:
        return 0
    head = _video(movie).samples.sync.find(1)
    if head < 0:
        raise CutError("a segment has no frame at which decoding can start")
    return head


def _first_shown(track: Track, head: int) -> int:
    samples = track.samples
    near = slice(head, head + _REORDER)
    shown = min(map(sum, zip(samples.dts[near], samples.composition[near], strict=True)))
    return shown + offset(track)


def offset(track: Track) -> int:
    """From media time to the file's time, by its edit list."""
    return track.edit_delay - track.edit_start


def _shift(track: Track, zero: int, origin: int) -> int:
    return offset(track) + round_div((zero - origin) * track.timescale, NANOS)


def _lay_video(plan: CutPlan, movies: Sequence[Movie], heads: Sequence[int], origin: int) -> Strip:
    strip = Strip(_video(movies[0]))
    for piece, movie, head in zip(plan.pieces, movies, heads, strict=True):
        track = _video(movie)
        part = Part(track, head, len(track.samples), _shift(track, piece.zero, origin))
        if strip.dts and track.samples.dts[head] + part.shift <= strip.dts[-1]:
            raise CutError("a segment would start before the one before it has ended")
        _append(strip, part)
    return strip


def _lay_audio(plan: CutPlan, movies: Sequence[Movie], origin: int, video: Strip) -> Strip | None:
    """Sound from the first frame to the end of the last one, without what overlaps at a join."""
    first = next((track for movie in movies if (track := movie.track("audio"))), None)
    if first is None:
        return None
    strip = Strip(first)
    limit = round_div(video.end * first.timescale, video.track.timescale)
    for piece, movie in zip(plan.pieces, movies, strict=True):
        track = movie.track("audio")
        if track is None:
            continue
        shift = _shift(track, piece.zero, origin)
        dts = track.samples.dts
        slack = track.samples.duration[0] // 2
        start = strip.end - slack if len(strip) else 0
        part = Part(track, bisect_left(dts, start - shift), bisect_left(dts, limit - shift), shift)
        if len(part) > 0:
            _append(strip, part)
    return strip if len(strip) else None


def _append(strip: Strip, part: Part) -> None:
    if part.track.timescale != strip.track.timescale:
        raise CutError(f"the {part.track.kind} of the segments counts time in different units")
    samples, chosen = part.track.samples, slice(part.first, part.stop)
    shift = part.shift
    strip.parts.append(part)
    strip.size.extend(samples.size[chosen])
    strip.dts.extend([at + shift for at in samples.dts[chosen]])
    strip.composition.extend(samples.composition[chosen])
    strip.sync.extend(samples.sync[chosen])
    strip.end = strip.dts[-1] + samples.duration[part.stop - 1]
