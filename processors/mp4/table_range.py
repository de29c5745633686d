"""A range of the sample tables of a plain MP4: only what a window needs is expanded.

An hour has 10^5 samples a track, a window of seconds some hundred. What is read is what `read_tables`
would give, from one index to another. Source: ISO/IEC 14496-12 8.6 and 8.7.
"""

from __future__ import annotations  # array[int] cannot be evaluated before Python 3.12

import operator
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from processors.errors import Mp4Error
from processors.mp4.boxes import Box, Buffer
from processors.mp4.columns import SIGNED
from processors.mp4.header import TrackHead
from processors.mp4.movie import Samples
from processors.mp4.tables import chunk_offsets, chunk_runs, first_of, sample_sizes, table_rows
from schemas.instant import NANOS


class Wanted(NamedTuple):
    """What of a file is to be read: all samples shown in [`first`, `last`), and those they need."""

    first: int
    """Nanoseconds from the file's own zero."""
    last: int
    start: int = 0
    """First byte of the fragments; 0 is behind the header."""
    stop: int | None = None
    """First byte behind them; None is the end of the file."""


@dataclass(frozen=True, slots=True)
class _Runs:
    """A run-length table, and how many samples lie before each run."""

    before: Sequence[int]
    values: array[int]

    @classmethod
    def of(cls, data: Buffer, box: Box | None, count: int, kind: str) -> _Runs:
        """The table in `box`, which must reach for `count` samples."""
        if box is None:
            raise Mp4Error("a track has samples without durations")
        rows = table_rows(data, box, 2)
        before = list(accumulate(rows[::2], initial=0))
        if before[-1] < count:
            raise Mp4Error(f"a track has {count} samples, but times for {before[-1]}")
        values: array[int] = array(kind)
        values.frombytes(rows[1::2].tobytes())
        return cls(before, values)

    def spread(self, first: int, stop: int) -> array[int]:
        """The value of each sample in [first, stop)."""
        out: array[int] = array(self.values.typecode)
        at = bisect_right(self.before, first) - 1
        while len(out) < stop - first:
            times = min(stop, self.before[at + 1]) - max(first, self.before[at])
            out.extend(array(out.typecode, [self.values[at]]) * times)
            at += 1
        return out


@dataclass(frozen=True, slots=True)
class _Clock:
    """The decode times of a track."""

    steps: _Runs
    times: Sequence[int]
    """Decode time of the first sample of each run."""

    @classmethod
    def of(cls, steps: _Runs) -> _Clock:
        """By the durations of the samples."""
        counts = map(operator.sub, steps.before[1:], steps.before)
        return cls(steps, list(accumulate(map(operator.mul, counts, steps.values), initial=0)))

    def at(self, index: int) -> int:
        """Decode time of a sample."""
        run = bisect_right(self.steps.before, index) - 1
        return self.times[run] + (index - self.steps.before[run]) * self.steps.values[run]

    def index(self, time: int) -> int:
        """Of the first sample that is decoded at `time` or later; behind all where there is none."""
        run = max(bisect_left(self.times, time) - 1, 0)
        if run == len(self.steps.values):
            return self.steps.before[run]
        step = self.steps.values[run] or 1
        later = -((self.times[run] - time) // step)
        return self.steps.before[run] + max(later, 0)


def read_range(track: TrackHead, size: int, wanted: Wanted) -> Samples:
    """The samples of `track` that `wanted` needs, of a file of `size` bytes.

    Raises `Mp4Error` where the tables make no sense. Samples that end behind the file are left out,
    with all after them.
    """
    data, boxes = track.data, track.tables
    sizes = sample_sizes(data, boxes, size)
    if not sizes:
        return Samples()
    clock = _Clock.of(_Runs.of(data, boxes.get(b"stts"), len(sizes), "I"))
    ctts, stss = boxes.get(b"ctts"), boxes.get(b"stss")
    late = _Runs.of(data, ctts, len(sizes), SIGNED) if ctts else None
    keys = table_rows(data, stss, 1) if stss else None
    first, stop = _choose(track, wanted, clock, late, keys)
    first, stop = min(first, len(sizes) - 1), min(stop, len(sizes))
    durations = clock.steps.spread(first, stop)
    chunks, firsts = _chunks(data, boxes, sizes, first, stop)
    samples = Samples(
        chunks=chunks,
        firsts=firsts,
        size=sizes[first:stop],
        dts=array("q", accumulate(durations[:-1], initial=clock.at(first))),
        duration=durations,
        composition=late.spread(first, stop) if late else array(SIGNED, [0]) * (stop - first),
        sync=_sync(keys, first, stop),
    )
    ends = map(operator.add, samples.offset, samples.size)
    return first_of(samples, next((i for i, end in enumerate(ends) if end > size), stop - first))


def _choose(
    track: TrackHead, wanted: Wanted, clock: _Clock, late: _Runs | None, keys: array[int] | None
) -> tuple[int, int]:
    """From a key sample before all that is wanted to behind it; at least one sample."""
    least, most = (min(late.values), max(late.values)) if late else (0, 0)
    shift = track.edit.delay - track.edit.start
    begin = wanted.first * track.timescale // NANOS - shift - most
    end = -(-wanted.last * track.timescale // NANOS) - shift - least
    first = max(clock.index(begin + 1) - 1, 0)
    if keys is not None:
        before = bisect_right(keys, first + 1)
        first = min(max(keys[before - 1] - 1, 0), first) if before else 0
    return first, max(clock.index(end), first + 1)


def _sync(keys: array[int] | None, first: int, stop: int) -> bytearray:
    if keys is None:
        return bytearray(b"\1") * (stop - first)
    flags = bytearray(stop - first)
    for number in keys[bisect_left(keys, first + 1) : bisect_right(keys, stop)]:
        if first < number <= stop:
            flags[number - 1 - first] = 1
    return flags


def _chunks(
    data: Buffer, boxes: dict[bytes, Box], sizes: array[int], first: int, stop: int
) -> tuple[array[int], list[int]]:
    """Where the chunks of the samples in [first, stop) lie, and how many samples before each."""
    if b"stsc" not in boxes:
        raise Mp4Error("a track has samples, but no chunks")
    rows, chunks = table_rows(data, boxes[b"stsc"], 3), chunk_offsets(data, boxes)
    numbers, counts = chunk_runs(rows, len(chunks))
    before = list(accumulate(map(operator.mul, counts, rows[1::3]), initial=0))
    if before[-1] < len(sizes):
        raise Mp4Error(f"a track has {len(sizes)} samples, but places for {before[-1]}")
    run = bisect_right(before, first) - 1
    chunk, inside = divmod(first - before[run], rows[3 * run + 1])
    chunk, at = chunk + numbers[run] - 1, first - inside
    places, firsts = array("q"), []
    while at < stop:
        while chunk >= numbers[run + 1] - 1:
            run += 1
        # Of the first chunk some samples may lie before the range.
        places.append(chunks[chunk] + sum(sizes[at:first]))
        firsts.append(max(at, first) - first)
        chunk, at = chunk + 1, at + rows[3 * run + 1]
    return places, firsts
