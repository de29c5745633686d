"""Writes the header of a plain MP4 file, `moov` first, from tables that are known beforehand.

The header's length does not depend on where the payload lies, so it comes first and is never
patched. Sources: ISO/IEC 14496-12 (boxes), QuickTime's `ilst` (title, comment) as ffmpeg reads and
writes it.
"""

from __future__ import annotations  # array[int] cannot be evaluated before Python 3.12

import operator
import struct
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

from processors.errors import CutError
from processors.mp4.chapters import chapter_list
from processors.mp4.columns import packed
from processors.mp4.header import UPRIGHT
from processors.mp4.movie import Kind

_EPOCH = 2_082_844_800
"""Seconds from 1904, where MP4 counts from, to 1970."""
_WORD = 1 << 32
_HEAD = struct.Struct(">I4s")
_FTYP = b"isom" + struct.pack(">I", 0x200) + b"isomiso2mp41"
_ENABLED = 3
_UNDETERMINED = 0x55C4
_TEXT = 1


@dataclass(frozen=True, slots=True)
class Edit:
    """`length` ticks of the movie, shown from `start` of the media; nothing where that is None."""

    length: int
    start: int | None


@dataclass(frozen=True, slots=True)
class Table:
    """One track. Columns have a row a sample; decode time 0 is that of the first."""

    kind: Kind
    timescale: int
    entry: bytes
    """The sample entry box."""
    size: array[int]
    delta: Sequence[int]
    """Ticks from each sample's decode time to the next one's."""
    composition: array[int]
    sync: bytearray
    chunks: array[int]
    """Bytes from the start of the payload to each chunk."""
    per_chunk: Sequence[int]
    """Samples in each chunk."""
    edits: tuple[Edit, ...]
    """All of the media from time 0 where there are none."""
    shown: int
    """Ticks of the movie that it lasts."""
    width: int = 0
    height: int = 0
    matrix: bytes = b""
    """How the picture is turned; empty where it is not."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the file says about itself."""

    timescale: int
    """Ticks of the movie a second."""
    created: int
    """Seconds since the epoch."""
    title: str = ""
    comment: str = ""
    chapters: tuple[tuple[int, str], ...] = ()
    """Nanoseconds into the movie, and a name."""


def header(tables: Sequence[Table], facts: Facts, payload: int, *, block: int = 1) -> bytes:
    """All that comes before `payload` bytes of samples; its length is a multiple of `block`."""
    ftyp = _box(b"ftyp", _FTYP)
    far = payload + sum(4 * len(table.size) for table in tables) + _WORD // 16 >= _WORD
    traks = [_trak(table, number, facts, far=far) for number, table in enumerate(tables, 1)]
    mvhd, udta = _mvhd(tables, facts), _udta(facts)
    places = sum(len(table.chunks) for table in tables) * (8 if far else 4)
    size = 8 + len(mvhd) + sum(map(len, traks)) + places + len(udta)
    head = 16 if payload + 8 >= _WORD else 8
    pad = _pad(len(ftyp) + size + head, block)
    start = len(ftyp) + size + len(pad) + head
    moov = [_HEAD.pack(size, b"moov"), mvhd]
    for trak, table in zip(traks, tables, strict=True):
        offsets = array("Q" if far else "I", [start + at for at in table.chunks])
        moov += [trak, packed(offsets)]
    return b"".join([ftyp, *moov, udta, pad, _mdat(payload, head)])


def _pad(length: int, block: int) -> bytes:
    missing = -length % block
    return _box(b"free", bytes(missing + (block if missing < 8 else 0) - 8)) if missing else b""


def _mdat(payload: int, head: int) -> bytes:
    if head == 8:
        return struct.pack(">I4s", payload + 8, b"mdat")
    return struct.pack(">I4sQ", 1, b"mdat", payload + 16)


def _box(kind: bytes, *content: bytes, more: int = 0) -> bytes:
    """`more`: bytes of its content that are to follow."""
    body = b"".join(content)
    return _HEAD.pack(len(body) + 8 + more, kind) + body


def _full(kind: bytes, version: int, flags: int, *content: bytes, more: int = 0) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), *content, more=more)


def _mvhd(tables: Sequence[Table], facts: Facts) -> bytes:
    length = max(table.shown for table in tables)
    return _full(
        b"mvhd", 1, 0,
        struct.pack(">QQIQ", *[facts.created + _EPOCH] * 2, facts.timescale, length),
        struct.pack(">IH10x", 0x10000, 0x100),
        UPRIGHT, bytes(24), struct.pack(">I", len(tables) + 1),
    )  # fmt: skip


def _trak(table: Table, number: int, facts: Facts, *, far: bool) -> bytes:
    """All but where the chunks lie in the file, which is the end of it."""
    video = table.kind == "video"
    created = [facts.created + _EPOCH] * 2
    tkhd = _full(
        b"tkhd", 1, _ENABLED,
        struct.pack(">QQI4xQ8x", *created, number, table.shown),
        struct.pack(">HHH2x", 0, 0 if video else 1, 0 if video else 0x100),
        table.matrix or UPRIGHT, struct.pack(">II", table.width << 16, table.height << 16),
    )  # fmt: skip
    mdhd = _full(
        b"mdhd", 1, 0,
        struct.pack(">QQIQ", *created, table.timescale, sum(table.delta)),
        struct.pack(">HH", _UNDETERMINED, 0),
    )  # fmt: skip
    handler, name = (b"vide", b"VideoHandler\0") if video else (b"soun", b"SoundHandler\0")
    hdlr = _full(b"hdlr", 0, 0, bytes(4), handler, bytes(12), name)
    media = _full(b"vmhd", 0, 1, bytes(8)) if video else _full(b"smhd", 0, 0, bytes(4))
    here = _full(b"dref", 0, 0, struct.pack(">I", 1), _full(b"url ", 0, 1))
    count = len(table.chunks)
    more = count * (8 if far else 4)
    places = _full(b"co64" if far else b"stco", 0, 0, struct.pack(">I", count), more=more)
    stbl = _box(b"stbl", _tables(table), places, more=more)
    minf = _box(b"minf", media, _box(b"dinf", here), stbl, more=more)
    mdia = _box(b"mdia", mdhd, hdlr, minf, more=more)
    return _box(b"trak", tkhd, _edts(table.edits), mdia, more=more)


def _edts(edits: Sequence[Edit]) -> bytes:
    if not edits:
        return b""
    rows = [
        struct.pack(">QqI", edit.length, -1 if edit.start is None else edit.start, 0x10000)
        for edit in edits
    ]
    return _box(b"edts", _full(b"elst", 1, 0, struct.pack(">I", len(rows)), *rows))


def _tables(table: Table) -> bytes:
    one = struct.pack(">I", 1)
    boxes = [_full(b"stsd", 0, 0, one, table.entry)]
    boxes.append(_runs(b"stts", 0, table.delta, "I"))
    if any(table.composition):
        signed = min(table.composition) < 0
        boxes.append(_runs(b"ctts", int(signed), table.composition, "i" if signed else "I"))
    if not all(table.sync):
        keys = array("I", [i for i, key in enumerate(table.sync, 1) if key])
        boxes.append(_full(b"stss", 0, 0, struct.pack(">I", len(keys)), packed(keys)))
    sizes = struct.pack(">II", 0, len(table.size))
    boxes += [_per_chunk(table.per_chunk), _full(b"stsz", 0, 0, sizes, packed(table.size))]
    return b"".join(boxes)


def _runs(kind: bytes, version: int, column: Sequence[int], form: str) -> bytes:
    """A run-length table; raises `CutError` where a value does not fit into it."""
    firsts = _changes(column)
    try:
        values = array(form, [column[i] for i in firsts])
    except OverflowError:
        raise CutError("two samples lie further apart than an MP4 file can say") from None
    rows = array("I", bytes(8 * len(firsts)))
    rows[::2] = array("I", list(map(operator.sub, [*firsts[1:], len(column)], firsts)))
    rows[1::2] = array("I", values.tobytes())
    return _full(kind, version, 0, struct.pack(">I", len(firsts)), packed(rows))


def _per_chunk(counts: Sequence[int]) -> bytes:
    firsts = _changes(counts)
    rows = array("I", [1]) * (3 * len(firsts))
    rows[::3] = array("I", [first + 1 for first in firsts])
    rows[1::3] = array("I", [counts[first] for first in firsts])
    return _full(b"stsc", 0, 0, struct.pack(">I", len(firsts)), packed(rows))


def _changes(column: Sequence[int]) -> list[int]:
    """Where values begin that differ from those before them."""
    return [0, *compress(range(1, len(column)), map(operator.ne, column, column[1:]))]


def _udta(facts: Facts) -> bytes:
    named = [(b"\xa9nam", facts.title), (b"\xa9cmt", facts.comment)]
    items = [_item(kind, text.encode()) for kind, text in named if text]
    boxes = []
    if items:
        hdlr = _full(b"hdlr", 0, 0, bytes(4), b"mdirappl", bytes(9))
        boxes.append(_full(b"meta", 0, 0, hdlr, _box(b"ilst", *items)))
    if facts.chapters:
        boxes.append(chapter_list(facts.chapters))
    return _box(b"udta", *boxes) if boxes else b""


def _item(kind: bytes, text: bytes) -> bytes:
    return _box(kind, _box(b"data", struct.pack(">II", _TEXT, 0), text))
