"""Sample tables of a plain MP4 (`stbl`) as columns. Source: ISO/IEC 14496-12 8.6 and 8.7."""

from __future__ import annotations  # array[int] cannot be evaluated before Python 3.12

import struct
from array import array
from itertools import accumulate

from processors.errors import Mp4Error
from processors.mp4.boxes import Box, Buffer, unpack
from processors.mp4.columns import SIGNED, believable, longs, words
from processors.mp4.movie import Samples

_WORD = struct.Struct(">I")
_SIZES = struct.Struct(">II")


def read_tables(data: Buffer, boxes: dict[bytes, Box], size: int) -> Samples:
    """The samples that `boxes` list, of a file of `size` bytes; none where there are no tables.

    Samples that end behind the file are left out, with all after them: they are not there yet, or
    were cut off.
    """
    sizes = _sizes(data, boxes, size)
    if not sizes:
        return Samples()
    count = len(sizes)
    durations = _spread(data, boxes.get(b"stts"), count, "I")
    samples = Samples(
        offset=_offsets(data, boxes, sizes),
        size=sizes,
        dts=array("q", list(accumulate(durations[:-1], initial=0))),
        duration=durations,
        composition=_compositions(data, boxes.get(b"ctts"), count),
        sync=_sync(data, boxes.get(b"stss"), count),
    )
    ends = list(map(int.__add__, samples.offset, samples.size))
    if max(ends) <= size:
        return samples
    return _first(samples, next(i for i, end in enumerate(ends) if end > size))


def _first(samples: Samples, count: int) -> Samples:
    return Samples(
        samples.offset[:count],
        samples.size[:count],
        samples.dts[:count],
        samples.duration[:count],
        samples.composition[:count],
        samples.sync[:count],
    )


def _rows(data: Buffer, box: Box, width: int) -> array[int]:
    (count,) = unpack(_WORD, data, box.body + 4, box)
    return words(data, box.body + 8, count * width, box)


def _sizes(data: Buffer, boxes: dict[bytes, Box], size: int) -> array[int]:
    if box := boxes.get(b"stsz"):
        same, count = unpack(_SIZES, data, box.body + 4, box)
        believable(count, size)
        if same:
            return array("I", [same]) * count
        return words(data, box.body + 12, count, box)
    if box := boxes.get(b"stz2"):
        return _small_sizes(data, box)
    return array("I")


def _small_sizes(data: Buffer, box: Box) -> array[int]:
    bits, count = unpack(_SIZES, data, box.body + 4, box)
    at = box.body + 12
    if bits not in {4, 8, 16} or at + (count * bits + 7) // 8 > box.end:
        raise Mp4Error("a table of small sample sizes makes no sense")
    raw = bytes(data[at : at + (count * bits + 7) // 8])
    if bits == 8:
        return array("I", raw)
    if bits == 16:
        return array("I", [high << 8 | low for high, low in zip(raw[::2], raw[1::2], strict=True)])
    return array("I", [half for byte in raw for half in (byte >> 4, byte & 15)][:count])


def _spread(data: Buffer, box: Box | None, count: int, kind: str) -> array[int]:
    """A run-length table (`stts`, `ctts`) with a value for each of `count` samples."""
    if box is None:
        raise Mp4Error("a track has samples without durations")
    rows = _rows(data, box, 2)
    out: array[int] = array(kind)
    for repeat, value in zip(rows[::2], rows[1::2], strict=True):
        out.extend(array(kind, [value]) * min(repeat, count - len(out)))
    if len(out) < count:
        raise Mp4Error(f"a track has {count} samples, but times for {len(out)}")
    return out


def _compositions(data: Buffer, box: Box | None, count: int) -> array[int]:
    if box is None:
        return array(SIGNED, [0]) * count
    signed = array(SIGNED)
    signed.frombytes(_spread(data, box, count, "I").tobytes())
    return signed


def _sync(data: Buffer, box: Box | None, count: int) -> bytearray:
    if box is None:
        return bytearray(b"\1") * count
    flags = bytearray(count)
    for number in _rows(data, box, 1):
        if 0 < number <= count:
            flags[number - 1] = 1
    return flags


def _offsets(data: Buffer, boxes: dict[bytes, Box], sizes: array[int]) -> array[int]:
    stsc = boxes.get(b"stsc")
    if stsc is None:
        raise Mp4Error("a track has samples, but no chunks")
    rows = _rows(data, stsc, 3)
    chunks = _chunk_offsets(data, boxes)
    if max(chunks, default=0) > 1 << 62:
        raise Mp4Error("a chunk lies beyond any file")
    firsts = [*rows[::3], len(chunks) + 1]
    offsets: array[int] = array("q")
    for first, following, per_chunk in zip(firsts, firsts[1:], rows[1::3], strict=False):
        if not 0 < first <= following or not per_chunk:
            raise Mp4Error("a table of chunks makes no sense")
        if per_chunk == 1 and len(offsets) + following - first <= len(sizes):
            offsets.extend(iter(chunks[first - 1 : following - 1]))
            continue
        for chunk in chunks[first - 1 : following - 1]:
            done = len(offsets)
            if done == len(sizes):
                return offsets
            in_chunk = sizes[done : done + per_chunk]
            offsets.extend(accumulate(in_chunk[:-1], initial=chunk))
    if len(offsets) < len(sizes):
        raise Mp4Error(f"a track has {len(sizes)} samples, but places for {len(offsets)}")
    return offsets


def _chunk_offsets(data: Buffer, boxes: dict[bytes, Box]) -> array[int]:
    if box := boxes.get(b"stco"):
        return _rows(data, box, 1)
    if box := boxes.get(b"co64"):
        return longs(data, box.body + 8, unpack(_WORD, data, box.body + 4, box)[0], box)
    raise Mp4Error("a track has samples, but no chunk offsets")
