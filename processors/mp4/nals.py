"""H.264 and HEVC samples: NAL units, each behind its length (source: ISO/IEC 14496-15, 5.3.4)."""

import operator
import struct
from bisect import bisect_right
from collections.abc import Iterable

from processors.mp4.boxes import Buffer
from processors.mp4.codecs import COPIED_SOUND
from processors.mp4.movie import Track

LEAST_SOUND = 8
"""Bytes of a coded sound frame; shorter ones stand for silence."""
_LENGTH_AT = {"avc1": 4, "avc3": 4, "hvc1": 21, "hev1": 21}
"""Where in avcC and hvcC the two bits are that say how many bytes a length has."""
_LENGTHS = {1: struct.Struct(">B"), 2: struct.Struct(">H"), 4: struct.Struct(">I")}
"""By their width; the standard forbids 3 bytes."""
_STRIDE = 2048
_HVCC_ARRAYS = 23
"""Where in hvcC the arrays of parameter sets start, after their number."""


def broken_sample(data: Buffer, track: Track) -> int | None:
    """The first sample whose lengths do not fill it exactly: bit rot, zeroed blocks, a wrong place.

    None where all are well, or where the codec has no NAL units. Reads the lengths only.
    """
    at = _LENGTH_AT.get(track.format)
    if at is None:
        return None
    if len(track.config) <= at:
        return 0
    width = (track.config[at] & 3) + 1
    samples = track.samples
    ends = list(map(operator.add, samples.offset, samples.size))
    if max(ends, default=0) > len(data):
        return next(i for i, end in enumerate(ends) if end > len(data))
    if width not in _LENGTHS:
        rows = enumerate(zip(samples.offset, ends, strict=True))
        return next((i for i, (at, end) in rows if not _filled(data, at, end, width)), None)
    return _first_unfilled(data, samples.offset, ends, width)


def _first_unfilled(
    data: Buffer, starts: Iterable[int], ends: Iterable[int], width: int
) -> int | None:
    """As `_filled`, without a call for each frame."""
    unpack = _LENGTHS[width].unpack_from
    for i, (start, end) in enumerate(zip(starts, ends, strict=True)):
        at = start
        while at + width < end:
            (length,) = unpack(data, at)
            if not length:
                return i
            at += width + length
        if at != end or start == end:
            return i
    return None


def is_whole(frame: bytes, track: Track) -> bool:
    """Whether one sample of `track` is filled by its NAL units and has no hole in it.

    Of coded sound: whether it is more than zeros. Of samples, as they come from a microphone, zeros
    are silence.
    """
    at = _LENGTH_AT.get(track.format)
    if at is None:
        coded = track.format in COPIED_SOUND and len(frame) >= LEAST_SOUND
        return any(frame) if coded else bool(frame)
    width = (track.config[at] & 3) + 1 if len(track.config) > at else 4
    return _filled(frame, 0, len(frame), width) and bytes(2 * _STRIDE) not in frame


def _filled(data: Buffer, start: int, end: int, width: int) -> bool:
    if start == end:
        return False
    read = int.from_bytes
    while start + width < end:
        length = read(data[start : start + width])
        if length == 0:
            return False
        start += width + length
    return start == end


def zeroed_sample(data: Buffer, track: Track) -> int | None:
    """The first sample with a hole in it: a block that was reserved or torn off, but not written.

    No NAL unit has three zero bytes in a row. Looked for are 4096 of them or more, by two bytes
    that lie 2048 apart, so the data are hardly read.
    """
    if track.format not in _LENGTH_AT:
        return None
    offsets, sizes = track.samples.offset, track.samples.size
    probes = bytes(data[::_STRIDE])
    found = probes.find(b"\0\0")
    while found >= 0:
        at = found * _STRIDE
        i = bisect_right(offsets, at) - 1
        inside = i >= 0 and at + _STRIDE < offsets[i] + sizes[i]
        if inside and not any(data[at : at + _STRIDE]):
            return i
        found = probes.find(b"\0\0", found + 1)
    return None


def without_promises(track: Track) -> bytes:
    """The decoder configuration without what hvcC says about parameter sets inside the frames.

    ffmpeg 9 sets that bit (`array_completeness`) when it copies, older ones do not.
    """
    config = bytearray(track.config)
    if track.format not in {"hvc1", "hev1"} or len(config) < _HVCC_ARRAYS:
        return bytes(config)
    at = _HVCC_ARRAYS
    for _ in range(config[at - 1]):
        if at + 3 > len(config):
            break
        config[at] &= 0x7F
        count = int.from_bytes(config[at + 1 : at + 3], "big")
        at += 3
        for _ in range(count):
            at += 2 + int.from_bytes(config[at : at + 2], "big")
    return bytes(config)
