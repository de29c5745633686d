"""The `moov` box: tracks, their defaults for fragments, MediaMTX's own box.

Sources: ISO/IEC 14496-12 8.2-8.8; `mtxi`: bluenviron/mediamtx, internal/recordstore.
"""

import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from processors.errors import Mp4Error
from processors.mp4.boxes import Box, Buffer, children, index, need, unpack
from processors.mp4.entries import Entry, read_entry
from processors.mp4.movie import Kind, Mtxi

_KINDS: dict[bytes, Kind] = {b"vide": "video", b"soun": "audio"}

_BYTE = struct.Struct(">B")
_WORD = struct.Struct(">I")
_LONG = struct.Struct(">Q")
_TREX = struct.Struct(">5I")
_HANDLER = struct.Struct(">I")
_EDIT = struct.Struct(">IiI")
_EDIT_LONG = struct.Struct(">QqI")
_NORMAL_RATE = 0x10000
_SHORT = 1024
"""Bytes of a `trak` at most that has no tables of samples."""
_MATRIX = 36
"""Bytes."""
UPRIGHT = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
"""The matrix of a picture that is not turned."""


class Defaults(NamedTuple):
    """What a fragment's samples are where it does not say: from `trex`, then from `tfhd`."""

    duration: int = 0
    size: int = 0
    flags: int = 0


class Edit(NamedTuple):
    """The edit list, as far as it can be followed."""

    start: int = 0
    delay: int = 0
    length: int = 0
    quirk: str = ""


@dataclass(frozen=True, slots=True)
class TrackHead:
    """A track before its samples."""

    id: int
    kind: Kind
    timescale: int
    entry: Entry
    edit: Edit
    data: bytes
    """Its `trak` box."""
    tables: dict[bytes, Box]
    """The boxes of its `stbl`, which lie in `data`."""
    matrix: bytes = b""

    @property
    def quirk(self) -> str:
        """What forbids copying its bytes, or nothing."""
        return self.entry.quirk or self.edit.quirk


@dataclass(frozen=True, slots=True)
class Header:
    """A `moov` box. Only tracks of picture and sound are kept."""

    tracks: tuple[TrackHead, ...]
    mtxi: Mtxi | None
    duration: int
    fragmented: bool
    trex: dict[int, Defaults]
    """By track."""


def read_header(data: Buffer, moov: Box) -> Header:
    """What `moov` (a box of `data`) says; raises `Mp4Error` where it makes no sense."""
    boxes = children(data, moov.body, moov.end)
    found = {box.kind: box for box in reversed(boxes)}
    movie_scale, duration = _scale_and_length(data, need(found, b"mvhd", "moov"))
    traks = [bytes(data[box.start : box.end]) for box in boxes if box.kind == b"trak"]
    heads = [(_again if len(trak) <= _SHORT else _track)(trak, movie_scale) for trak in traks]
    tracks = tuple(head for head in heads if head)
    if len({head.id for head in tracks}) < len(tracks):
        raise Mp4Error("two tracks have the same id")
    mvex = found.get(b"mvex")
    mtxi = _mtxi(data, found.get(b"udta"))
    return Header(tracks, mtxi, duration, mvex is not None, _defaults(data, mvex))


def _scale_and_length(data: Buffer, box: Box) -> tuple[int, int]:
    """(timescale, duration) of an `mvhd` or `mdhd`."""
    if unpack(_BYTE, data, box.body, box)[0]:
        scale = unpack(_WORD, data, box.body + 20, box)[0]
        return scale, unpack(_LONG, data, box.body + 24, box)[0]
    scale = unpack(_WORD, data, box.body + 12, box)[0]
    return scale, unpack(_WORD, data, box.body + 16, box)[0]


def _defaults(data: Buffer, mvex: Box | None) -> dict[int, Defaults]:
    found = {}
    for box in children(data, mvex.body, mvex.end) if mvex else ():
        if box.kind == b"trex":
            track, _, duration, size, flags = unpack(_TREX, data, box.body + 4, box)
            found[track] = Defaults(duration, size, flags)
    return found


def _track(trak: bytes, movie_scale: int) -> TrackHead | None:
    found = index(trak, 8, len(trak))
    mdia = need(found, b"mdia", "a track")
    media = index(trak, mdia.body, mdia.end)
    hdlr = need(media, b"hdlr", "mdia")
    handler = unpack(_HANDLER, trak, hdlr.body + 8, hdlr)[0].to_bytes(4, "big")
    if handler not in _KINDS:
        return None
    tkhd = need(found, b"tkhd", "a track")
    long = unpack(_BYTE, trak, tkhd.body, tkhd)[0]
    (track_id,) = unpack(_WORD, trak, tkhd.body + (20 if long else 12), tkhd)
    timescale, _ = _scale_and_length(trak, need(media, b"mdhd", "mdia"))
    if not timescale:
        raise Mp4Error("a track counts time in units of nothing")
    minf = need(media, b"minf", "mdia")
    stbl = need(index(trak, minf.body, minf.end), b"stbl", "minf")
    tables = index(trak, stbl.body, stbl.end)
    stsd = need(tables, b"stsd", "stbl")
    return TrackHead(
        id=track_id,
        kind=_KINDS[handler],
        timescale=timescale,
        entry=read_entry(trak[stsd.body : stsd.end], handler),
        edit=_edit(trak, found.get(b"edts"), timescale, movie_scale),
        data=trak,
        tables=tables,
        matrix=_matrix(trak, tkhd, 52 if long else 40) if handler == b"vide" else b"",
    )


_again = lru_cache(maxsize=64)(_track)
"""Remembered by content: a camera's files of fragments differ in what lies behind the header."""


def _matrix(trak: bytes, tkhd: Box, at: int) -> bytes:
    """As `Track.matrix` has it."""
    found = trak[tkhd.body + at : tkhd.body + at + _MATRIX]
    return found if tkhd.body + at + _MATRIX <= tkhd.end and found != UPRIGHT else b""


def _edit(data: Buffer, edts: Box | None, timescale: int, movie_scale: int) -> Edit:
    elst = index(data, edts.body, edts.end).get(b"elst") if edts else None
    if elst is None:
        return Edit()
    form = _EDIT_LONG if unpack(_BYTE, data, elst.body, elst)[0] else _EDIT
    (count,) = unpack(_WORD, data, elst.body + 4, elst)
    if count > 2:
        return Edit(quirk=f"an edit list of {count} entries")
    rows = [unpack(form, data, elst.body + 8 + i * form.size, elst) for i in range(count)]
    delay = sum(length for length, start, _ in rows if start < 0)
    shown = [(start, length, rate) for length, start, rate in rows if start >= 0]
    if delay and not movie_scale:
        raise Mp4Error("an edit list counts time in units of nothing")
    if len(shown) > 1 or any(rate != _NORMAL_RATE for *_, rate in shown):
        return Edit(quirk="an edit list that repeats, leaves out or slows")
    start, length = (shown[0][0], shown[0][1]) if shown else (0, 0)
    if movie_scale:
        # To the nearest tick, as ffmpeg does: the units of an edit list may be the coarser ones.
        delay, length = (
            (2 * units * timescale + movie_scale) // (2 * movie_scale) for units in (delay, length)
        )
    return Edit(start, delay, length)


def _mtxi(data: Buffer, udta: Box | None) -> Mtxi | None:
    box = index(data, udta.body, udta.end).get(b"mtxi") if udta else None
    if box is None or box.end - box.body < 44 or unpack(_BYTE, data, box.body, box)[0]:
        return None
    stream = bytes(data[box.body + 4 : box.body + 20])
    number, dts, ntp = struct.unpack_from(">Qqq", data, box.body + 20)
    return Mtxi(stream, number, dts, ntp)
