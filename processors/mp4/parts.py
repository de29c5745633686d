"""The top level of a file: the header, the parts, and how far the file is whole.

A growing or crashed file is cut somewhere. What counts is what is whole: a `moof` together with
its `mdat`. MediaMTX writes the two at once, so a tail is rare, but a full disk leaves one.
"""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

from processors.errors import Mp4Error, Mp4UnfinishedError
from processors.mp4.boxes import Box, Buffer, box_at
from processors.mp4.columns import MAX_SAMPLES
from processors.mp4.fragments import Run, read_runs
from processors.mp4.header import Header, read_header

Read = Callable[[int, int], Buffer]
"""`read(offset, length)` gives up to `length` bytes of a file from `offset` on."""

_LOOK = 4096
"""Bytes read at a box: MediaMTX's header, or the `moof` of a second and what its `mdat` begins with."""
_LONG = b"\0\0\0\1"
"""A size of a box that says: it stands behind the name, in 64 bits."""
_MAX_INDEX = 1 << 28
"""Bytes of one `moov` or `moof` that we are ready to hold."""
_PRINTABLE = re.compile(rb"[ -~]{4}").fullmatch
_FIRST = frozenset(
    {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp", b"sidx", b"uuid"}
)


class Top(NamedTuple):
    """A whole box of the top level, and the bytes of it that were read (all of a moov or moof)."""

    kind: bytes
    start: int
    end: int
    data: Buffer

    @property
    def box(self) -> Box:
        """The same within `data`."""
        return box_at(self.data, 0, len(self.data))


class Part(NamedTuple):
    """What a `moof` and its `mdat` hold; `end` is the first byte behind them."""

    runs: list[Run]
    end: int
    moof: tuple[int, int] | None = None
    """First byte of the `moof` and of the `mdat`'s content, if they are neighbours."""


def top_boxes(read: Read, size: int, at: int = 0) -> Iterator[Top]:
    """The whole boxes from `at` on; ends before the first that is cut off or no box at all."""
    ahead: Buffer = b""
    while at + 8 <= size:
        data = ahead if len(ahead) >= 16 else read(at, _LOOK)
        if len(data) < min(16, size - at):
            return
        kind = bytes(data[4:8])
        end = _end(data, at, size, kind)
        if end is None:
            return
        ahead = data[end - at :]
        if kind in {b"moov", b"moof"}:
            if end - at > _MAX_INDEX:
                raise Mp4Error(f"box {kind!r} at byte {at} has {end - at} bytes")
            data = data[: end - at] if end - at <= len(data) else read(at, end - at)
            if len(data) < end - at:
                return
        yield Top(kind, at, end, data)
        at = end


def _end(data: Buffer, at: int, size: int, kind: bytes) -> int | None:
    if not _PRINTABLE(kind):
        return None
    if kind == b"mdat" and data[:4] == b"\0\0\0\0":
        return size
    try:
        return at + box_at(data, 0, size - at).end
    except Mp4Error:
        return None


def find_header(read: Read, size: int) -> tuple[Header, int]:
    """The header, and the first byte behind it; of a file without fragments, up to where it is whole.

    Raises `Mp4UnfinishedError` where it is not there (yet), `Mp4Error` where it makes no sense.
    """
    start = bytes(read(0, 8))
    if len(start) == 8 and start[4:] not in _FIRST:
        raise Mp4Error(f"not an MP4 file: it begins with {start!r}")
    tops = top_boxes(read, size)
    for top in tops:
        if top.kind == b"moov":
            header = read_header(top.data, top.box)
            rest = () if header.fragmented else tops
            return header, max((more.end for more in rest), default=top.end)
    raise Mp4UnfinishedError(f"no whole header in {size} bytes")


def parts(read: Read, size: int, header: Header, at: int) -> Iterator[Part]:
    """The whole fragments from byte `at` on; ends before the first that is cut off or damaged."""
    pending: list[Run] | None = None
    moof = (at, at)
    budget = min(size, MAX_SAMPLES)
    for top in top_boxes(read, size, at):
        if top.kind == b"moof":
            if pending is not None:
                return
            try:
                pending = read_runs(top.data, top.box, top.start, header.trex, budget)
            except Mp4Error:
                return
            budget -= sum(run.rows.samples for run in pending)
            moof = (top.start, top.end)
        elif top.kind == b"mdat":
            if not _lie_apart(pending or [], top):
                return
            body = top.start + (16 if top.data[:4] == _LONG else 8)
            index = (moof[0], body) if pending is not None and moof[1] == top.start else None
            yield Part(pending or [], top.end, index)
            pending = None
        elif pending is None:
            yield Part([], top.end)


def _lie_apart(runs: list[Run], mdat: Top) -> bool:
    """Whether all runs lie in or before `mdat`, and none where another one does."""
    places = sorted((run.offset, run.end) for run in runs)
    apart = all(end <= start for (_, end), (start, _) in pairwise(places))
    return apart and all(end <= mdat.end for _, end in places)
