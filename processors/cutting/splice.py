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
from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, compress, pairwise
from typing import NamedTuple

from processors.cutting.plan import CutPlan
from processors.cutting.reel import Part, Reel, Strip, round_div
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


class _Chunks(NamedTuple):
    """Samples of one input for one strip, which lie one behind the other in each chunk. Columns."""

    start: list[int]
    """First byte in the input."""
    end: list[int]
    samples: list[int]


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
    chunks = [_by_source(strip) for strip in strips]
    runs: list[Run] = []
    targets: list[int] = []
    places = [array("q") for _ in strips]
    for source in sorted(set().union(*chunks)):
        bridges = movies[source].indexes if block > 1 else frozenset()
        held = [mine[source] for mine in chunks if source in mine]
        moved: dict[int, int] = {}
        for run, starts in _runs(source, held, bridges):
            at = targets[-1] + runs[-1].length if runs else 0
            at += (run.offset - at) % block
            shift = at - run.offset
            moved.update(zip(starts, [start + shift for start in starts], strict=True))
            runs.append(run)
            targets.append(at)
        for mine, place in zip(chunks, places, strict=True):
            place.extend([moved[start] for start in mine[source].start] if source in mine else ())
    payload = targets[-1] + runs[-1].length
    movie = reel.video.timescale
    tables = [
        _table(strip, [n for held in mine.values() for n in held.samples], at, reel, movie)
        for strip, mine, at in zip(strips, chunks, places, strict=True)
    ]
    head = header(tables, _facts(plan, reel, movie), payload, block=block)
    homes = tuple(len(head) + target for target in targets)
    return Splice(head, tuple(runs), homes, len(head) + payload)


def _by_source(strip: Strip) -> dict[int, _Chunks]:
    found: dict[int, _Chunks] = {}
    for part in strip.parts:
        held = found.setdefault(part.source, _Chunks([], [], []))
        for column, more in zip(held, _chunks(part), strict=True):
            column.extend(more)
    return found


def _chunks(part: Part) -> _Chunks:
    samples = part.track.samples
    a, b = bisect_right(samples.firsts, part.first) - 1, bisect_left(samples.firsts, part.stop)
    start, end = samples.chunks[a:b].tolist(), samples.ends[a:b]
    # Of the first and of the last chunk only some samples may be wanted.
    start[0] += sum(samples.size[samples.firsts[a] : part.first])
    behind = samples.firsts[b] if b < len(samples.firsts) else len(samples)
    end[-1] -= sum(samples.size[part.stop : behind])
    firsts = [part.first, *samples.firsts[a + 1 : b], part.stop]
    return _Chunks(start, end, list(map(operator.sub, firsts[1:], firsts)))


def _runs(
    source: int, held: Sequence[_Chunks], bridges: Container[tuple[int, int]]
) -> Iterator[tuple[Run, list[int]]]:
    """The chunks of all strips in the order of an input, as one where they touch; and their starts.

    `bridges`: start and end of bytes between two chunks that may come along.
    """
    # They lie apart, so each ends before the next starts.
    starts = sorted(chain.from_iterable(chunks.start for chunks in held))
    ends = sorted(chain.from_iterable(chunks.end for chunks in held))
    apart = compress(range(1, len(starts)), map(operator.ne, ends, starts[1:]))
    cuts = [i for i in apart if (ends[i - 1], starts[i]) not in bridges]
    for a, b in pairwise([0, *cuts, len(starts)]):
        yield Run(source, starts[a], ends[b - 1] - starts[a]), starts[a:b]


def _table(
    strip: Strip, per_chunk: Sequence[int], places: array[int], reel: Reel, movie: int
) -> Table:
    dts, track = strip.dts, strip.track
    if min(strip.steps) <= 0:
        raise CutError(f"decode times of the {track.kind} do not rise")
    # Media time 0 is the first decode time, but never after time 0 of the clip.
    late = dts[0] if track.kind == "video" and dts[0] > 0 else 0
    edits = _edits(strip, reel, movie)
    return Table(
        kind=track.kind,
        timescale=strip.timescale,
        entry=_entry(track),
        size=strip.size,
        delta=strip.steps,
        composition=array("q", [at + late for at in strip.composition])
        if late
        else strip.composition,
        sync=strip.sync,
        chunks=places,
        per_chunk=per_chunk,
        edits=edits,
        shown=sum(edit.length for edit in edits),
        width=track.width,
        height=track.height,
        matrix=track.matrix,
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
