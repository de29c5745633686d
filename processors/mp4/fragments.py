"""Movie fragments: the samples that one `moof` lists. Source: ISO/IEC 14496-12 8.8.

A track fragment is addressed by its track id: their order inside a `moof` is not fixed.
"""

from __future__ import annotations  # array[int] cannot be evaluated before Python 3.12

import struct
from array import array
from dataclasses import dataclass, field
from itertools import accumulate

from processors.errors import Mp4Error
from processors.mp4.boxes import Box, Buffer, children, need, unpack
from processors.mp4.columns import SIGNED, believable, words
from processors.mp4.header import Defaults

_WORD = struct.Struct(">I")
_PAIR = struct.Struct(">II")
_SIGNED = struct.Struct(">i")
_LONG = struct.Struct(">Q")

_TFHD_BASE, _TFHD_ENTRY = 0x1, 0x2
_TFHD_DURATION, _TFHD_SIZE, _TFHD_FLAGS = 0x8, 0x10, 0x20
_TFHD_BASE_IS_MOOF = 0x20000
_TRUN_OFFSET, _TRUN_FIRST_FLAGS = 0x1, 0x4
_TRUN_DURATION, _TRUN_SIZE, _TRUN_FLAGS, _TRUN_COMPOSITION = 0x100, 0x200, 0x400, 0x800
_TRUN_FIELDS = (_TRUN_DURATION, _TRUN_SIZE, _TRUN_FLAGS, _TRUN_COMPOSITION)
_NOT_SYNC = 0x10000
_FAR = 1 << 60


@dataclass(slots=True)
class Run:
    """Samples that lie one behind the other in the file."""

    track: int
    offset: int
    dts: int | None
    """Of its first sample; None continues the track."""
    sizes: array[int] = field(default_factory=lambda: array("I"))
    durations: array[int] = field(default_factory=lambda: array("I"))
    compositions: array[int] = field(default_factory=lambda: array(SIGNED))
    sync: bytes = b""
    end: int = 0
    """First byte behind the last sample."""


def read_runs(data: Buffer, moof: Box, at: int, trex: dict[int, Defaults], size: int) -> list[Run]:
    """The runs of `moof` (a box of `data`), which starts at byte `at` of a file of `size` bytes."""
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
                self.runs.append(self._run(box, base, (track, dts), defaults))
                dts = None

    def _head(self, tfhd: Box) -> tuple[int, int | None, Defaults]:
        """(track id, where data offsets count from, defaults)."""
        flags, track = unpack(_PAIR, self.data, tfhd.body, tfhd)
        place = tfhd.body + 8
        base: int | None = self.at if flags & _TFHD_BASE_IS_MOOF else None
        if flags & _TFHD_BASE:
            (base,) = unpack(_LONG, self.data, place, tfhd)
            place += 8
        if flags & _TFHD_ENTRY:
            place += 4
        values = list(self.trex.get(track, Defaults()))
        for i, flag in enumerate((_TFHD_DURATION, _TFHD_SIZE, _TFHD_FLAGS)):
            if flags & flag:
                (values[i],) = unpack(_WORD, self.data, place, tfhd)
                place += 4
        return track, base, Defaults(*values)

    def _run(self, trun: Box, base: int, start: tuple[int, int | None], defaults: Defaults) -> Run:
        track, dts = start
        flags, count = unpack(_PAIR, self.data, trun.body, trun)
        self.budget -= believable(count, self.budget)
        at = trun.body + 8
        if flags & _TRUN_OFFSET:
            self.place = base + unpack(_SIGNED, self.data, at, trun)[0]
            at += 4
        first_flags = None
        if flags & _TRUN_FIRST_FLAGS:
            (first_flags,) = unpack(_WORD, self.data, at, trun)
            at += 4
        if not 0 <= self.place < _FAR:
            raise Mp4Error("a fragment's data lies outside of any file")
        column = _columns(self.data, trun, at, flags, count)
        if not column.get(_TRUN_SIZE) and not defaults.size and count:
            raise Mp4Error("a fragment has samples without sizes")
        sizes = column.get(_TRUN_SIZE) or array("I", [defaults.size]) * count
        run = Run(
            track,
            self.place,
            dts,
            sizes=sizes,
            durations=column.get(_TRUN_DURATION) or array("I", [defaults.duration]) * count,
            compositions=_signed(column.get(_TRUN_COMPOSITION), count),
            sync=_sync(column.get(_TRUN_FLAGS), first_flags, defaults.flags, count),
            end=self.place + sum(sizes),
        )
        self.place = run.end
        return run


def _columns(data: Buffer, trun: Box, at: int, flags: int, count: int) -> dict[int, array[int]]:
    fields = [f for f in _TRUN_FIELDS if flags & f]
    table = words(data, at, count * len(fields), trun)
    return {f: table[i :: len(fields)] for i, f in enumerate(fields)}


def _decode_time(data: Buffer, tfdt: Box | None) -> int | None:
    if tfdt is None:
        return None
    (version,) = unpack(_WORD, data, tfdt.body, tfdt)
    (dts,) = unpack(_LONG if version >> 24 else _WORD, data, tfdt.body + 4, tfdt)
    if dts > _FAR:
        raise Mp4Error("a fragment lies beyond any time")
    return dts


def _signed(column: array[int] | None, count: int) -> array[int]:
    """Composition offsets are read as signed in both versions, as ffmpeg does."""
    if not column:
        return array(SIGNED, [0]) * count
    signed = array(SIGNED)
    signed.frombytes(column.tobytes())
    return signed


def _sync(column: array[int] | None, first: int | None, default: int, count: int) -> bytes:
    if column:
        return bytes([not flags & _NOT_SYNC for flags in column])
    rest = b"\0" if default & _NOT_SYNC else b"\1"
    if first is None or not count:
        return rest * count
    return (b"\0" if first & _NOT_SYNC else b"\1") + rest * (count - 1)


def decode_times(dts: int, durations: array[int]) -> list[int]:
    """Decode times of a run that starts at `dts`, and as the last item that of what follows."""
    return list(accumulate(durations, initial=dts))
