"""Sample entries: which codec, of what form, and the bytes its decoder needs.

Sources: ISO/IEC 14496-12 8.5.2 and 12, 14496-14 3.1 (esds), 14496-15 (avcC, hvcC), QuickTime's
sound descriptions of version 1 and 2.
"""

import struct
from functools import lru_cache
from typing import NamedTuple

from processors.errors import Mp4Error
from processors.mp4.boxes import Box, Buffer, box_at, index, unpack

_COUNT = struct.Struct(">I")
_SIZE = struct.Struct(">HH")
_VERSION = struct.Struct(">H")
_RATE = struct.Struct(">I")
_RATE_V2 = struct.Struct(">dI")

_VISUAL_FIELDS = 78
"""Bytes of a visual sample entry before its boxes."""
_AUDIO_FIELDS = {0: 28, 1: 44, 2: 64}
"""The same of a sound sample entry, by its version."""

_CONFIGS = (
    b"avcC", b"hvcC", b"av1C", b"vpcC", b"dOps", b"pcmC", b"dac3", b"dec3", b"dac4", b"dfLa",
    b"glbl",
)  # fmt: skip
_SHORT = 4096
"""Bytes of an `stsd` that is remembered."""
_ES, _DECODER, _SPECIFIC = 3, 4, 5


class Entry(NamedTuple):
    """What `movie.Track` says about the codec."""

    format: str
    config: bytes
    entry: bytes
    width: int = 0
    height: int = 0
    sample_rate: int = 0
    channels: int = 0
    quirk: str = ""


def read_entry(stsd: bytes, handler: bytes) -> Entry:
    """The first sample entry in the content of an `stsd`; raises `Mp4Error` for one that makes no sense."""
    return (_again if len(stsd) <= _SHORT else _read)(stsd, handler)


def _read(stsd: bytes, handler: bytes) -> Entry:
    (count,) = unpack(_COUNT, stsd, 4, Box(b"stsd", 0, 0, len(stsd)))
    if not count:
        raise Mp4Error("a track has no sample entry")
    box = box_at(stsd, 8, len(stsd))
    entry = _visual(stsd, box) if handler == b"vide" else _sound(stsd, box)
    if count > 1:
        return entry._replace(quirk=f"{count} sample entries in one track")
    if entry.format in {"encv", "enca"}:
        return entry._replace(quirk="encrypted")
    return entry


_again = lru_cache(maxsize=64)(_read)
"""Remembered by content: all files of a camera have the same."""


def _visual(data: Buffer, box: Box) -> Entry:
    width, height = unpack(_SIZE, data, box.body + 24, box)
    config = _config(data, box, box.body + _VISUAL_FIELDS)
    return Entry(_name(box), config, bytes(data[box.start : box.end]), width, height)


def _sound(data: Buffer, box: Box) -> Entry:
    (version,) = unpack(_VERSION, data, box.body + 8, box)
    channels = unpack(_VERSION, data, box.body + 16, box)[0]
    rate = unpack(_RATE, data, box.body + 24, box)[0] >> 16
    if version == 2:
        exact, channels = unpack(_RATE_V2, data, box.body + 32, box)
        rate = int(exact) if 0 < exact < 1 << 32 else 0
    config = _config(data, box, box.body + _AUDIO_FIELDS.get(version, 28))
    return Entry(
        _name(box),
        config,
        bytes(data[box.start : box.end]),
        sample_rate=rate,
        channels=channels,
    )


def _name(box: Box) -> str:
    return box.kind.decode("latin-1")


def _config(data: Buffer, entry: Box, boxes_from: int) -> bytes:
    if boxes_from >= entry.end:
        return b""
    found = index(data, boxes_from, entry.end)
    if wave := found.get(b"wave"):
        found = index(data, wave.body, wave.end) | found
    for kind in _CONFIGS:
        if box := found.get(kind):
            return bytes(data[box.body : box.end])
    esds = found.get(b"esds")
    return _decoder_config(bytes(data[esds.body + 4 : esds.end])) if esds else b""


def _decoder_config(descriptors: bytes) -> bytes:
    """The object type and the DecoderSpecificInfo; the bit rates beside them differ file by file."""
    at, end = _descriptor(descriptors, 0, len(descriptors), _ES)
    if at + 3 > end:
        raise Mp4Error("an ES descriptor is cut off")
    flags = descriptors[at + 2]
    at += 3 + (2 if flags & 0x80 else 0) + (2 if flags & 0x20 else 0)
    if flags & 0x40 and at < end:
        at += 1 + descriptors[at]
    at, end = _descriptor(descriptors, at, end, _DECODER)
    if at + 13 > end:
        raise Mp4Error("a decoder descriptor is cut off")
    if at + 13 == end:
        return descriptors[at : at + 1]
    start, stop = _descriptor(descriptors, at + 13, end, _SPECIFIC)
    return descriptors[at : at + 1] + descriptors[start:stop]


def _descriptor(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """[start, end) of the content of the descriptor at `at`, which must have that tag."""
    if at >= end or data[at] != tag:
        raise Mp4Error(f"an MPEG-4 descriptor {tag} is missing")
    length = 0
    for step in range(1, 5):
        if at + step >= end:
            break
        byte = data[at + step]
        length = length << 7 | byte & 0x7F
        if not byte & 0x80:
            start = at + step + 1
            if start + length > end:
                break
            return start, start + length
    raise Mp4Error(f"an MPEG-4 descriptor {tag} is cut off")
