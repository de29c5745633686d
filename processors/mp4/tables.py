"""Sample tables of a plain MP4 (`stbl`) as columns. Source: ISO/IEC 14496-12 8.6 and 8.7."""

from __future__ import annotations  # array[int] cannot be evaluated before Python 3.12

import operator
import struct
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate, chain, islice, repeat

from processors.errors import Mp4Error
from processors.mp4.boxes import Box, Buffer, unpack
from processors.mp4.columns import SIGNED, UNSIGNED, believable, longs, words
from processors.mp4.movie import Samples

_WORD = struct.Struct(">I")
_SIZES = struct.Struct(">II")


def read_tables(data: Buffer, boxes: dict[bytes, Box], size: int) -> Samples:
    """The samples that `boxes` list, of a file of `size` bytes; none where there are no tables.

    Samples that end behind the file are left out, with all after them: they are not there yet, or
    were cut off.
    """
    sizes = sample_sizes(data, boxes, size)
    if not sizes:
        return Samples()
    count = len(sizes)
    durations = _spread(data, boxes.get(b"stts"), count, UNSIGNED)
    chunks, firsts = _chunks(data, boxes, count)
    samples = Samples(
        chunks=chunks,
        firsts=firsts,
        size=sizes,
        dts=array("q", list(accumulate(durations[:-1], initial=0))),
        duration=durations,
        composition=_compositions(data, boxes.get(b"ctts"), count),
        sync=_sync(data, boxes.get(b"stss"), count),
    )
    if max(samples.ends) <= size:
        return samples
    ends = map(operator.add, samples.offset, samples.size)
    return first_of(samples, next(i for i, end in enumerate(ends) if end > size))


def first_of(samples: Samples, count: int) -> Samples:
    """The first `count` of them."""
    chunks = bisect_left(samples.firsts, count)
    return Samples(
        samples.chunks[:chunks],
        samples.firsts[:chunks],
        samples.size[:count],
        samples.dts[:count],
        samples.duration[:count],
        samples.composition[:count],
        samples.sync[:count],
    )


def table_rows(data: Buffer, box: Box, width: int) -> array[int]:
    """The rows of a table, `width` words each, one behind the other."""
    (count,) = unpack(_WORD, data, box.body + 4, box)
    return words(data, box.body + 8, count * width, box)


def sample_sizes(data: Buffer, boxes: dict[bytes, Box], size: int) -> array[int]:
    """The bytes of each sample; empty where there are none."""
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
        return array("I", list(raw))
    if bits == 16:
        return array("I", [high << 8 | low for high, low in zip(raw[::2], raw[1::2], strict=True)])
    return array("I", [half for byte in raw for half in (byte >> 4, byte & 15)][:count])


def _spread(data: Buffer, box: Box | None, count: int, kind: str) -> array[int]:
    """A run-length table (`stts`, `ctts`) with a value for each of `count` samples."""
    if box is None:
        raise Mp4Error("a track has samples without durations")
    rows = table_rows(data, box, 2)
    out: array[int] = array(kind)
    for times, value in zip(rows[::2], rows[1::2], strict=True):
        out.extend(array(kind, [value]) * min(times, count - len(out)))
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
    for number in table_rows(data, box, 1):
        if 0 < number <= count:
            flags[number - 1] = 1
    return flags


def _chunks(
    data: Buffer, boxes: dict[bytes, Box], samples: int
) -> tuple[array[int], Sequence[int]]:
    """Where the chunks lie that hold so many `samples`, and the index of the first of each."""
    stsc = boxes.get(b"stsc")
    if stsc is None:
        raise Mp4Error("a track has samples, but no chunks")
    rows = table_rows(data, stsc, 3)
    places = chunk_offsets(data, boxes)
    numbers, spans = chunk_runs(rows, len(places))
    counts = islice(chain.from_iterable(map(repeat, rows[1::3], spans)), samples)
    firsts = list(accumulate(counts, initial=0))
    if firsts[-1] < samples:
        raise Mp4Error(f"a track has {samples} samples, but places for {firsts[-1]}")
    used = bisect_left(firsts, samples)
    return places[numbers[0] - 1 :][:used], firsts[:used]


def chunk_runs(rows: array[int], chunks: int) -> tuple[list[int], list[int]]:
    """The number of the first chunk of each row of `stsc`, and behind them; how many each row tells of."""
    firsts = [*rows[::3], chunks + 1]
    if max(firsts) > chunks + 1:
        firsts = [min(first, chunks + 1) for first in firsts]
    spans = list(map(operator.sub, firsts[1:], firsts))
    if not rows or firsts[0] < 1 or min(spans) < 0 or min(rows[1::3]) < 1:
        raise Mp4Error("a table of chunks makes no sense")
    return firsts, spans


def chunk_offsets(data: Buffer, boxes: dict[bytes, Box]) -> array[int]:
    """The first byte of each chunk."""
    if box := boxes.get(b"stco"):
        return array("q", table_rows(data, box, 1))
    if box := boxes.get(b"co64"):
        chunks = longs(data, box.body + 8, unpack(_WORD, data, box.body + 4, box)[0], box)
        if max(chunks, default=0) > 1 << 62:
            raise Mp4Error("a chunk lies beyond any file")
        return array("q", chunks.tobytes())
    raise Mp4Error("a track has samples, but no chunk offsets")
