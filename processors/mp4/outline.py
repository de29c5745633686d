"""The cheap reading of a file: when its tracks start and end, without keeping a row per sample.

This is what a timeline needs. Times are nanoseconds from the file's own zero, after the edit list.
"""

from __future__ import annotations  # array[int] cannot be evaluated before Python 3.12

import operator
from array import array
from dataclasses import dataclass, field, replace
from itertools import accumulate, islice

from processors.mp4.fragments import Run
from processors.mp4.header import TrackHead
from processors.mp4.landmarks import NEVER, Extent, Landmarks
from processors.mp4.movie import Kind, Mtxi, Samples
from processors.mp4.parts import Part, Read, find_header, parts
from processors.mp4.reader import make_track
from processors.mp4.signature import Signature, signature
from processors.mp4.tables import read_tables
from schemas.instant import NANOS

_STILL = 2
"""Seconds without a new picture that are a hole, unless pictures are always that seldom."""
_ENOUGH = 10
"""Samples after which a track's usual pace is known."""
_MOST_HOLES = 1000
"""Of one file that are remembered."""


@dataclass(frozen=True, slots=True)
class Reach:
    """From when to when a track can be shown."""

    kind: Kind
    first: int
    """Decode time of its first sample."""
    composition: int
    """Composition offset of its first sample."""
    start: int | None
    """Presentation of the first sample where decoding may start; None while there is none."""
    end: int
    """End of the last sample in order of presentation."""
    settled: int
    """Up to here no later sample can appear: less than `end` while reordered frames are due."""
    samples: int
    longest: int = 0
    """How long the longest of them lasts."""
    holes: tuple[tuple[int, int], ...] = ()
    """Spans of its presentation without any sample, or with one that stands still far too long."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A file, without its samples."""

    reaches: tuple[Reach, ...]
    """Of the tracks that have samples."""
    signature: Signature
    mtxi: Mtxi | None
    duration: int
    """`mvhd.duration` as written: 0 while MediaMTX writes the file."""
    fragmented: bool
    whole: int
    size: int
    tallies: tuple[Tally, ...] = ()
    """Where reading on starts when the file has grown."""
    closes: bool = True
    """Whether the container tells when it is whole; MP4 does, MPEG-TS and Matroska do not."""
    settled: int | None = None
    """Bytes that may be read while such a file is written; None if that is `whole`."""
    landmarks: Landmarks | None = None
    """Where in the file what is; None where it has to be read whole."""
    shown: Reach | None = field(init=False)
    """The track that says what is covered: the picture, or the sound where there is no picture.

    A track of pictures that has no samples shows nothing, whatever sound there is.
    """

    def __post_init__(self) -> None:
        """Told once: every look asks for it again and again."""
        pictures = any("video" in row for row in self.signature)
        found = next((r for r in self.reaches if r.kind == "video" or not pictures), None)
        object.__setattr__(self, "shown", found)

    @property
    def tiled(self) -> bool:
        """Whether the boxes fill the file to its end."""
        return self.whole == self.size

    @property
    def lead(self) -> Reach | None:
        """The track that the file begins with: its first sample is what `mtxi.ntp` is about."""
        return min(self.reaches, key=lambda r: (r.first, r.kind != "video"), default=None)


@dataclass(slots=True)
class Tally:
    """What has been read of a track so far, in its time scale."""

    head: TrackHead
    first: int = 0
    composition: int = 0
    least: int = 0
    """The smallest composition offset."""
    start: int | None = None
    end: int = 0
    next: int = 0
    """Decode time of the sample to come."""
    samples: int = 0
    longest: int = 0
    holes: tuple[tuple[int, int], ...] = ()

    def add(
        self, dts: int | None, durations: array[int], compositions: array[int], sync: bytes
    ) -> Extent | None:
        """Counts samples that follow one another; what they show, None where there are none."""
        if not durations:
            return None
        times = list(accumulate(durations, initial=self.next if dts is None else dts))
        if not self.samples:
            self.first, self.composition, self.least = times[0], compositions[0], compositions[0]
        key = sync.find(1)
        if self.start is None and key >= 0:
            self.start = times[key] + compositions[key]
        self._find_holes(times, durations, compositions[0])
        shown = list(map(operator.add, times, compositions))
        ends = max(map(operator.add, shown, durations))
        self.end = max(self.end, ends) if self.samples else ends
        self.least = min(self.least, *compositions, self.least)
        self.next = times[-1]
        self.samples += len(durations)
        most = max(durations)
        self.longest = max(self.longest, most)
        decodable = self.head.kind == "video" and key >= 0
        return Extent(
            self._ns(min(shown)), self._ns(ends), self._ns(shown[key]) if decodable else NEVER
        )

    def _ns(self, ticks: int) -> int:
        """By the file's own clock."""
        return (ticks + self._shift) * NANOS // self.head.timescale

    @property
    def _shift(self) -> int:
        return self.head.edit.delay - self.head.edit.start

    def _find_holes(self, times: list[int], durations: array[int], composition: int) -> None:
        usual = sorted(durations)[len(durations) // 2]
        if self.samples >= _ENOUGH:
            usual = (self.next - self.first) // self.samples
        still = max(_STILL * self.head.timescale, 8 * usual)
        found = []
        if self.samples and times[0] - self.next > still:
            found.append((self.next, times[0]))
        if max(durations) > still:
            rows = zip(times, durations, strict=False)
            found += [(at + usual, at + length) for at, length in rows if length > still]
        moved = [(a + composition, b + composition) for a, b in found]
        self.holes = (*self.holes, *moved)[:_MOST_HOLES]

    def reach(self) -> Reach:
        """What it comes to."""
        ns = self._ns
        return Reach(
            kind=self.head.kind,
            first=ns(self.first),
            composition=self.composition * NANOS // self.head.timescale,
            start=None if self.start is None else max(ns(self.start), 0),
            end=ns(self.end),
            settled=ns(min(self.end, self.next + self.least)),
            samples=self.samples,
            longest=self.longest * NANOS // self.head.timescale,
            holes=tuple((ns(a), ns(b)) for a, b in self.holes),
        )


def read_outline(
    read: Read, size: int, before: Outline | None = None, most: int | None = None
) -> Outline:
    """The outline of a file of `size` bytes; raises as `read_movie` does.

    `before` is the outline of the same file when it was shorter: only what was added is read.
    `most` ends the reading after so many parts.
    """
    header, end = find_header(read, size)
    if before and before.fragmented and header.fragmented and end <= before.whole <= size:
        sums = {old.head.id: replace(old) for old in before.tallies}
        whole = before.whole
        landmarks = before.landmarks.copy() if before.landmarks is not None else None
    else:
        sums = {head.id: _tables(head, size) for head in header.tracks}
        whole = end
        mixed = any(total.samples for total in sums.values())
        landmarks = Landmarks() if header.fragmented and not mixed else None
    added = parts(read, size, header, whole) if header.fragmented else iter(())
    for part in islice(added, most):
        extents = [extent for run in part.runs if (extent := _count(sums, run))]
        if landmarks is not None and _timed(part):
            landmarks.add(whole, extents)
        else:
            landmarks = None
        whole = part.end
    return Outline(
        reaches=tuple(s.reach() for s in sums.values() if s.samples),
        signature=signature(make_track(head, Samples()) for head in header.tracks),
        mtxi=header.mtxi,
        duration=header.duration,
        fragmented=header.fragmented,
        whole=whole,
        size=size,
        tallies=tuple(sums.values()),
        landmarks=landmarks,
    )


def _timed(part: Part) -> bool:
    """Whether each track of it says when it starts, so that it can be read alone."""
    firsts = {run.track: run.dts for run in reversed(part.runs)}
    return None not in firsts.values()


def _tables(head: TrackHead, size: int) -> Tally:
    samples = read_tables(head.data, head.tables, size)
    total = Tally(head)
    total.add(0, samples.duration, samples.composition, bytes(samples.sync))
    return total


def _count(sums: dict[int, Tally], run: Run) -> Extent | None:
    total, rows = sums.get(run.track), run.rows
    return total.add(run.dts, rows.durations, rows.compositions, run.sync) if total else None
