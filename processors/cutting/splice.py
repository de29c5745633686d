"""The splice: which bytes of which inputs become a clip, and the header in front of them. Pure.

The payload keeps the order that it has in the inputs, so picture and sound stay interleaved as the
recorder wrote them. Only samples of the reel come along, and nothing that lies between them.

A clip that may share blocks with its inputs is laid out so that each byte has the same place within
its block as in the input. Between runs there are then less than a block of zeros, and the indexes of
fragments come along as dead bytes: only chunk offsets say what bytes of an `mdat` mean.
"""

from __future__ import annotations  # array[int] cannot be evaluated before Python 3.12

import operator
from array import array
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain, compress, repeat
from typing import NamedTuple

from processors.cutting.plan import CutPlan
from processors.cutting.reel import Reel, Strip, round_div
from processors.cutting.told import chapters, comment
from processors.errors import CutError
from processors.mp4.codecs import COPIED_SOUND
from processors.mp4.movie import Movie, Track
from processors.mp4.signature import signature
from processors.mp4.writer import Edit, Facts, Table, header
from schemas.instant import NANOS

_PICTURES = frozenset({"avc1", "avc3", "hvc1", "hev1", "av01", "vp09"})
_SETS = {"avc1": (5, 0x1F), "avc3": (5, 0x1F), "hvc1": (22, 0xFF), "hev1": (22, 0xFF)}
"""Byte and bits of avcC and hvcC that count parameter sets (source: ISO/IEC 14496-15)."""
_SOUND_VERSION = slice(16, 18)
"""Of a sound sample entry: QuickTime's versions 1 and 2 are no business of an MP4 file."""


class Run(NamedTuple):
    """Bytes of an input that are copied at once."""

    source: int
    """Index of the input."""
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Splice:
    """A clip before it is written: `head`, then the runs, and zeros where there is nothing."""

    head: bytes
    runs: tuple[Run, ...]
    targets: tuple[int, ...]
    """Byte of the file at which each run comes to lie."""
    size: int
    """Bytes of the whole file."""


@dataclass(slots=True)
class _Chunks:
    """A strip, in pieces whose samples lie one behind the other in their input. Columns."""

    source: list[int] = field(default_factory=list)
    start: list[int] = field(default_factory=list)
    """First byte."""
    end: list[int] = field(default_factory=list)
    samples: list[int] = field(default_factory=list)


def spliceable(movies: Sequence[Movie]) -> str | None:
    """Why these inputs cannot be joined byte by byte; None where they can."""
    if len({signature(movie.tracks) for movie in movies}) > 1:
        return "the segments differ in codec, configuration, size or time scale"
    for kind in ("video", "audio"):
        if any(sum(t.kind == kind for t in movie.tracks) > 1 for movie in movies):
            return f"a segment has more than one {kind} track"
    return next((why for track in movies[0].tracks if (why := _obstacle(track))), None)


def _obstacle(track: Track) -> str | None:
    if track.quirk:
        return f"the {track.kind} has {track.quirk}"
    if track.format not in (_PICTURES if track.kind == "video" else COPIED_SOUND):
        return f"{track.format} is not played from MP4 files"
    if track.kind == "audio" and any(track.entry[_SOUND_VERSION]):
        return "the sound is described in QuickTime's way"
    at, bits = _SETS.get(track.format, (0, 0))
    if bits and not (len(track.config) > at and track.config[at] & bits):
        return "the parameter sets of the video are not in its header"
    return None


def splice(plan: CutPlan, reel: Reel, movies: Sequence[Movie] = (), block: int = 1) -> Splice:
    """The clip that holds `reel`; raises `CutError` where an MP4 file cannot.

    `block`: bytes of a block that may be shared with the inputs, which were read as `movies`.
    """
    strips = [reel.video, reel.audio] if reel.audio else [reel.video]
    chunks = [_chunks(strip) for strip in strips]
    rows = [row for mine in chunks for row in zip(mine.source, mine.start, mine.end, strict=True)]
    order = sorted(range(len(rows)), key=rows.__getitem__)
    ordered = [rows[i] for i in order]
    indexes = {(i, *index) for i, held in enumerate(movies) for index in held.indexes}
    runs, counts = _runs(ordered, indexes if block > 1 else ())
    targets, payload = _targets(runs, block)
    shifts = map(int.__sub__, targets, [run.offset for run in runs])
    places = _places(chunks, order, ordered, chain.from_iterable(map(repeat, shifts, counts)))
    movie = reel.video.timescale
    tables = [
        _table(strip, mine, at, reel, movie)
        for strip, mine, at in zip(strips, chunks, places, strict=True)
    ]
    head = header(tables, _facts(plan, reel, movie), payload, block=block)
    starts = tuple(len(head) + target for target in targets)
    return Splice(head, tuple(runs), starts, len(head) + payload)


def _chunks(strip: Strip) -> _Chunks:
    chunks = _Chunks()
    for part in strip.parts:
        samples, chosen = part.track.samples, slice(part.first, part.stop)
        starts = samples.offset[chosen]
        ends = list(map(operator.add, starts, samples.size[chosen]))
        apart = list(map(operator.ne, ends, starts[1:]))
        firsts = [0, *compress(range(1, len(ends)), apart)]
        stops = [*firsts[1:], len(ends)]
        chunks.source += [part.source] * len(firsts)
        chunks.start += [starts[i] for i in firsts]
        chunks.end += [ends[i - 1] for i in stops]
        chunks.samples += map(operator.sub, stops, firsts)
    return chunks


def _runs(
    rows: Sequence[tuple[int, int, int]], bridges: Container[tuple[int, int, int]]
) -> tuple[list[Run], list[int]]:
    """The chunks of all strips in the order of the inputs, as one where they touch; and how many.

    `bridges`: source, start and end of bytes between two chunks that may come along.
    """
    runs: list[Run] = []
    counts = [1]
    source, start, end = rows[0]
    for following, begin, stop in rows[1:]:
        if following == source and (begin == end or (source, end, begin) in bridges):
            end = stop
            counts[-1] += 1
        else:
            runs.append(Run(source, start, end - start))
            counts.append(1)
            source, start, end = following, begin, stop
    runs.append(Run(source, start, end - start))
    return runs, counts


def _targets(runs: Sequence[Run], block: int) -> tuple[list[int], int]:
    """Where in the payload the runs come to lie, and how long it gets."""
    targets, at = [], 0
    for run in runs:
        at += (run.offset - at) % block
        targets.append(at)
        at += run.length
    return targets, at


def _places(
    chunks: Sequence[_Chunks],
    order: Sequence[int],
    ordered: Sequence[tuple[int, int, int]],
    shifts: Iterable[int],
) -> list[array[int]]:
    """Of each strip, where in the payload its chunks come to lie: `shifts` from where they are."""
    places = array("q", bytes(8 * len(order)))
    for i, (_, start, _), shift in zip(order, ordered, shifts, strict=True):
        places[i] = start + shift
    stops = list(accumulate(len(mine.samples) for mine in chunks))
    return [places[a:b] for a, b in zip([0, *stops], stops, strict=False)]


def _table(strip: Strip, chunks: _Chunks, places: array[int], reel: Reel, movie: int) -> Table:
    dts, track = strip.dts, strip.track
    delta = [*map(operator.sub, dts[1:], dts), strip.end - dts[-1]]
    if min(delta) <= 0:
        raise CutError(f"decode times of the {track.kind} do not rise")
    # Media time 0 is the first decode time, but never after time 0 of the clip.
    late = dts[0] if track.kind == "video" and dts[0] > 0 else 0
    edits = _edits(strip, reel, movie)
    return Table(
        kind=track.kind,
        timescale=strip.timescale,
        entry=_entry(track),
        size=strip.size,
        delta=delta,
        composition=array("q", [at + late for at in strip.composition])
        if late
        else strip.composition,
        sync=strip.sync,
        chunks=places,
        per_chunk=chunks.samples,
        edits=edits,
        shown=sum(edit.length for edit in edits),
        width=track.width,
        height=track.height,
    )


def _edits(strip: Strip, reel: Reel, movie: int) -> tuple[Edit, ...]:
    """From time 0 of the clip to the end of the last frame."""
    length = round_div(reel.length * movie, NANOS)
    if strip.track.kind == "video":
        return (Edit(length, max(0, -strip.dts[0])),)
    wait = round_div(strip.dts[0] * movie, strip.timescale)
    rest = min(round_div(strip.end * movie, strip.timescale), length) - wait
    return (Edit(wait, None), Edit(rest, 0)) if wait else (Edit(rest, 0),)


def _entry(track: Track) -> bytes:
    """Apple's players take HEVC by the name of hvc1 only."""
    return track.entry.replace(b"hev1", b"hvc1", 1) if track.format == "hev1" else track.entry


def _facts(plan: CutPlan, reel: Reel, movie: int) -> Facts:
    return Facts(
        timescale=movie,
        created=reel.origin // NANOS,
        title=plan.title,
        comment=comment(plan, reel),
        chapters=chapters(plan, reel),
    )
