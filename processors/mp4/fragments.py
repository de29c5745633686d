"""Movie fragments: the samples that one `moof` lists. Source: ISO/IEC 14496-12 8.8.

A track fragment is addressed by its track id: their order inside a `moof` is not fixed.
"""

from __future__ import annotations  # array[int] cannot be evaluated before Python 3.12

import struct
import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, groupby
from typing import NamedTuple

from processors.errors import Mp4Error
from processors.mp4.boxes import Box, Buffer, children, need, unpack
from processors.mp4.columns import SIGNED, UNSIGNED, believable, words
from processors.mp4.header import Defaults
from processors.mp4.movie import Samples, counted

_TIME = struct.Struct(">B3xI")
_LONG_TIME = struct.Struct(">4xQ")

_TFHD_BASE, _TFHD_ENTRY = 0x1, 0x2
_TFHD_DURATION, _TFHD_SIZE, _TFHD_FLAGS = 0x8, 0x10, 0x20
_TFHD_FIELDS = _TFHD_BASE | _TFHD_ENTRY | _TFHD_DURATION | _TFHD_SIZE | _TFHD_FLAGS
_TFHD_BASE_IS_MOOF = 0x20000
_TRUN_OFFSET, _TRUN_FIRST_FLAGS = 0x1, 0x4
_TRUN_DURATION, _TRUN_SIZE, _TRUN_FLAGS, _TRUN_COMPOSITION = 0x100, 0x200, 0x400, 0x800
_TRUN_FIELDS = _TRUN_DURATION | _TRUN_SIZE | _TRUN_FLAGS | _TRUN_COMPOSITION
_NOT_SYNC = 0x10000
_NOT_SYNC_BYTE = 2 if sys.byteorder == "little" else 1
"""Of a word of flags, the byte whose last bit that is."""
_SYNC = bytes(not byte & 1 for byte in range(256))
_FAR = 1 << 60
_NOTHING = Defaults()


class Rows(NamedTuple):
    """The table of one run, or of several that are alike: a row a sample, a word a field."""

    fields: int
    """As the flags of a `trun` name them."""
    defaults: Defaults
    """Of fields that the table does not have."""
    table: array[int]
    samples: int

    @property
    def sizes(self) -> array[int]:
        """Bytes."""
        return self._column(_TRUN_SIZE, self.defaults.size)

    @property
    def durations(self) -> array[int]:
        """Ticks."""
        return self._column(_TRUN_DURATION, self.defaults.duration)

    @property
    def compositions(self) -> array[int]:
        """Ticks. Read as signed in both versions of the box, as ffmpeg does."""
        return array(SIGNED, self._column(_TRUN_COMPOSITION, 0).tobytes())

    @property
    def sync(self) -> bytes:
        """1 where decoding may start."""
        flags = self._column(_TRUN_FLAGS, self.defaults.flags).tobytes()
        return flags[_NOT_SYNC_BYTE::4].translate(_SYNC)

    def _column(self, name: int, default: int) -> array[int]:
        if not self.fields & name:
            return array(UNSIGNED, [default]) * self.samples
        before = (self.fields & (name - 1)).bit_count()
        return self.table[before :: self.fields.bit_count()]


class Run(NamedTuple):
    """Samples that lie one behind the other in the file."""

    track: int
    offset: int
    end: int
    """First byte behind the last sample."""
    dts: int | None
    """Of its first sample; None continues the track."""
    rows: Rows
    first: int | None = None
    """Flags of its first sample, where they differ from those of the others."""

    @property
    def sync(self) -> bytes:
        """1 where decoding may start."""
        rest = self.rows.sync
        if self.first is None or self.rows.fields & _TRUN_FLAGS:
            return rest
        return (b"\0" if self.first & _NOT_SYNC else b"\1") + rest[1:]


def read_runs(data: Buffer, moof: Box, at: int, trex: dict[int, Defaults], size: int) -> list[Run]:
    """The runs of `moof` (a box of `data`), which starts at byte `at` of a file of `size` bytes.

    Those without samples are left out.
    """
    reader = _Moof(data, at, trex, place=at, budget=size)
    for box in children(data, moof.body, moof.end):
        if box.kind == b"traf":
            reader.traf(box)
    return reader.runs


@dataclass(slots=True)
class _Moof:
    """Where reading a `moof` has come to."""

    data: Buffer
    at: int
    """Byte of the file that it starts at."""
    trex: dict[int, Defaults]
    place: int
    """Byte of the file where the next run's data lie, if it does not say."""
    budget: int
    """Samples that are still believed."""
    runs: list[Run] = field(default_factory=list)

    def traf(self, traf: Box) -> None:
        boxes = list(children(self.data, traf.body, traf.end))
        found = {box.kind: box for box in boxes}
        track, base, defaults = self._head(need(found, b"tfhd", "traf"))
        dts = _decode_time(self.data, found.get(b"tfdt"))
        base = self.place if base is None else base
        self.place = base
        for box in boxes:
            if box.kind == b"trun":
                self._run(box, base, (track, dts), defaults)
                dts = None

    def _head(self, tfhd: Box) -> tuple[int, int | None, Defaults]:
        """(track id, where data offsets count from, defaults)."""
        flags, track, *said = _words(self.data, tfhd, 2)
        base: int | None = self.at if flags & _TFHD_BASE_IS_MOOF else None
        defaults = self.trex.get(track, _NOTHING)
        if not flags & _TFHD_FIELDS:
            return track, base, defaults
        if len(said) < (flags & _TFHD_FIELDS).bit_count() + (flags & _TFHD_BASE):
            raise _too_short(tfhd)
        if flags & _TFHD_BASE:
            base = said.pop(0) << 32 | said.pop(0)
        if flags & _TFHD_ENTRY:
            said.pop(0)
        duration = said.pop(0) if flags & _TFHD_DURATION else defaults.duration
        size = said.pop(0) if flags & _TFHD_SIZE else defaults.size
        flags = said.pop(0) if flags & _TFHD_FLAGS else defaults.flags
        return track, base, Defaults(duration, size, flags)

    def _run(self, trun: Box, base: int, start: tuple[int, int | None], defaults: Defaults) -> None:
        track, dts = start
        table = _words(self.data, trun, 2)
        flags, count = table[:2]
        self.budget -= believable(count, self.budget)
        at, first = 2, None
        if flags & _TRUN_OFFSET:
            offset = table[at] if at < len(table) else 0
            self.place = base + offset - (offset >> 31 << 32)
            at += 1
        if flags & _TRUN_FIRST_FLAGS:
            first = table[at] if at < len(table) else 0
            at += 1
        if not 0 <= self.place < _FAR:
            raise Mp4Error("a fragment's data lies outside of any file")
        fields = flags & _TRUN_FIELDS
        stop = at + count * fields.bit_count()
        if stop > len(table):
            raise _too_short(trun)
        if not fields & _TRUN_SIZE and not defaults.size and count:
            raise Mp4Error("a fragment has samples without sizes")
        rows = Rows(fields, defaults, table[at:stop], count)
        end = self.place + sum(rows.sizes)
        if count:
            self.runs.append(Run(track, self.place, end, dts, rows, first))
        self.place = end


def _words(data: Buffer, box: Box, least: int) -> array[int]:
    """All of a box that has at least so many."""
    count = (box.end - box.body) // 4
    if count < least:
        raise _too_short(box)
    return words(data, box.body, count, box)


def _too_short(box: Box) -> Mp4Error:
    return Mp4Error(f"box {box.kind!r} at byte {box.start} is too short")


def _decode_time(data: Buffer, tfdt: Box | None) -> int | None:
    if tfdt is None:
        return None
    version, dts = unpack(_TIME, data, tfdt.body, tfdt)
    if version:
        (dts,) = unpack(_LONG_TIME, data, tfdt.body, tfdt)
    if dts > _FAR:
        raise Mp4Error("a fragment lies beyond any time")
    return dts


def add_runs(before: Samples, runs: Sequence[Run]) -> Samples:
    """The samples of one track: those `before` its first fragment, then those of all its runs."""
    if not runs:
        return before
    size, duration, composition = array(UNSIGNED), array(UNSIGNED), array(SIGNED)
    for rows in _joined(run.rows for run in runs):
        size.extend(rows.sizes)
        duration.extend(rows.durations)
        composition.extend(rows.compositions)
    *firsts, _ = accumulate((run.rows.samples for run in runs), initial=0)
    row = list(accumulate(duration, initial=0))
    begins, ahead = [], before.dts[-1] + before.duration[-1] if len(before) else 0
    for run, first in zip(runs, firsts, strict=True):
        if run.dts is not None:
            ahead = run.dts - row[first]
        begins.append(row[first] + ahead)
    return Samples(
        chunks=before.chunks + array("q", [run.offset for run in runs]),
        firsts=[*before.firsts, *(len(before) + first for first in firsts)],
        size=before.size + size,
        dts=before.dts + counted(begins, firsts, row),
        duration=before.duration + duration,
        composition=before.composition + composition,
        sync=before.sync + b"".join([run.sync for run in runs]),
    )


def _joined(tables: Iterable[Rows]) -> Iterator[Rows]:
    """Those that are alike as one, so that columns are taken out of few."""
    for _, alike in groupby(tables, key=lambda rows: rows[:2]):
        first, *others = alike
        table = array(UNSIGNED, b"".join([first.table, *(rows.table for rows in others)]))
        count = first.samples + sum(rows.samples for rows in others)
        yield Rows(first.fields, first.defaults, table, count)
