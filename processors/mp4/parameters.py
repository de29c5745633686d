"""The shape of a picture, from the sequence parameter sets that travel inside the frames.

A recorder may write one size into a file's header and another one into its frames: a camera that
changes its picture in mid-stream does not begin a new file (measured on MediaMTX 1.20).
Sources: ITU-T H.264 7.3.2.1.1 and annex A, ITU-T H.265 7.3.2.2 and 7.3.3.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from processors.mp4.movie import Track
from processors.mp4.parts import Read

_SPS = {"h264": 7, "hevc": 33}
NAL_CODECS = {"avc1": "h264", "avc3": "h264", "hvc1": "hevc", "hev1": "hevc"}
"""Sample entries whose samples are NAL units, and the codec."""
_LENGTH_AT = {"h264": 4, "hevc": 21}
_WITH_CHROMA = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
"""Profiles of H.264 that tell their chroma format; all others have 4:2:0."""
_LONGEST = 512
"""Bytes of a parameter set that are read."""


class Shape(NamedTuple):
    """What a decoder must be set up for."""

    width: int
    height: int
    chroma: int
    """1 = 4:2:0, which every browser plays; 0 = none, 2 = 4:2:2, 3 = 4:4:4."""
    depth: int
    """Bits of a sample of light."""


def shapes_of(codec: str, units: Iterable[bytes]) -> list[Shape]:
    """The shapes that the parameter sets among NAL `units` tell; those that make no sense tell none."""
    kind, found = _SPS.get(codec), []
    for unit in units:
        if kind is not None and unit and _type(codec, unit[0]) == kind:
            try:
                found.append(_shape(codec, bytes(unit)))
            except IndexError:
                continue
    return found


def shapes_in(read: Read, track: Track) -> list[Shape]:
    """The different shapes of the frames of `track`, in order of appearance.

    Where the frames carry none, the header's counts; empty for codecs without NAL units.
    """
    found = dict.fromkeys(chain.from_iterable(shapes_by_key(read, track)))
    return list(found) or told_shapes(track)


def told_shapes(track: Track) -> list[Shape]:
    """Those that the header tells; empty for codecs without NAL units."""
    codec = NAL_CODECS.get(track.format)
    if codec is None or len(track.config) <= _LENGTH_AT[codec]:
        return []
    return shapes_of(codec, units_of_config(codec, track.config))


def shapes_by_key(read: Read, track: Track) -> Iterator[list[Shape]]:
    """The shapes that each key frame carries.

    Reads only the lengths of the NAL units of key frames and the parameter sets themselves.
    """
    codec = NAL_CODECS.get(track.format)
    if codec is None or len(track.config) <= _LENGTH_AT[codec]:
        return
    width = (track.config[_LENGTH_AT[codec]] & 3) + 1
    samples = track.samples
    key = samples.sync.find(1)
    while key >= 0:
        units = _sets(read, codec, samples.offset[key], samples.size[key], width)
        yield shapes_of(codec, units)
        key = samples.sync.find(1, key + 1)


@lru_cache(maxsize=256)
def _shape(codec: str, unit: bytes) -> Shape:
    """Remembered by content: every key frame of a camera carries the same parameter set."""
    return _h264(unit) if codec == "h264" else _hevc(unit)


def units_of_config(codec: str, config: bytes) -> list[bytes]:
    """The NAL units in the content of an avcC or hvcC box; of a damaged one those before the damage."""
    if codec == "h264":
        return _units_at(config, 6, config[5] & 0x1F if len(config) > 5 else 0)[0]
    units, at = [], 23
    for _ in range(config[22] if len(config) > 22 else 0):
        found, at = _units_at(config, at + 3, int.from_bytes(config[at + 1 : at + 3], "big"))
        units += found
    return units


def _units_at(config: bytes, at: int, count: int) -> tuple[list[bytes], int]:
    units = []
    for _ in range(count):
        if at + 2 > len(config):
            break
        length = int.from_bytes(config[at : at + 2], "big")
        units.append(config[at + 2 : at + 2 + length])
        at += 2 + length
    return units, at


def _sets(read: Read, codec: str, start: int, size: int, width: int) -> Iterable[bytes]:
    end = start + size
    looked, came = start, bytes(read(start, _LONGEST))
    while start + width < end:
        # Parameter sets come first and are short, so one look mostly finds all there are.
        if start + width >= looked + len(came):
            looked, came = start, bytes(read(start, _LONGEST))
        at = start - looked
        head = came[at : at + width + 1]
        length = int.from_bytes(head[:width], "big")
        if len(head) <= width or not length:
            return
        if _type(codec, head[width]) == _SPS[codec]:
            yield bytes(read(start + width, min(length, _LONGEST)))
        start += width + length


def _type(codec: str, header: int) -> int:
    return header & 0x1F if codec == "h264" else header >> 1 & 0x3F


class _Bits:
    """The bits of a NAL unit, without its emulation prevention; `IndexError` behind its end."""

    def __init__(self, unit: bytes) -> None:
        self._data = unit.replace(b"\0\0\3", b"\0\0")
        self._at = 0

    def take(self, count: int) -> int:
        value = 0
        for at in range(self._at, self._at + count):
            value = value << 1 | self._data[at >> 3] >> (7 - (at & 7)) & 1
        self._at += count
        return value

    def ue(self) -> int:
        zeros = 0
        while not self.take(1):
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros)

    def se(self) -> int:
        value = self.ue()
        return (value + 1) // 2 if value & 1 else -(value // 2)


def _h264(unit: bytes) -> Shape:
    bits = _Bits(unit[1:])
    profile = bits.take(8)
    bits.take(16)
    bits.ue()
    chroma, depth = _h264_chroma(bits) if profile in _WITH_CHROMA else (1, 8)
    bits.ue()
    _skip_order(bits)
    bits.ue()
    bits.take(1)
    columns, rows = bits.ue() + 1, bits.ue() + 1
    whole = bits.take(1)
    if not whole:
        rows *= 2
        bits.take(1)
    bits.take(1)
    left, right, top, bottom = (bits.ue() for _ in range(4)) if bits.take(1) else (0, 0, 0, 0)
    across, down = _steps(chroma)
    down *= 1 if whole else 2
    return Shape(
        16 * columns - across * (left + right), 16 * rows - down * (top + bottom), chroma, depth
    )


def _h264_chroma(bits: _Bits) -> tuple[int, int]:
    chroma = bits.ue()
    if chroma == 3:
        bits.take(1)
    depth = 8 + bits.ue()
    bits.ue()
    bits.take(1)
    if bits.take(1):
        for i in range(12 if chroma == 3 else 8):
            if bits.take(1):
                _skip_scaling(bits, 16 if i < 6 else 64)
    return chroma, depth


def _skip_scaling(bits: _Bits, size: int) -> None:
    last = 8
    for _ in range(size):
        last = (last + bits.se()) & 0xFF
        if not last:
            return


def _skip_order(bits: _Bits) -> None:
    kind = bits.ue()
    if kind == 0:
        bits.ue()
    elif kind == 1:
        bits.take(1)
        bits.se()
        bits.se()
        for _ in range(bits.ue()):
            bits.se()


def _hevc(unit: bytes) -> Shape:
    bits = _Bits(unit[2:])
    bits.take(4)
    layers = bits.take(3)
    bits.take(1 + 96)
    present = [(bits.take(1), bits.take(1)) for _ in range(layers)]
    bits.take(2 * (8 - layers) if layers else 0)
    for profile, level in present:
        bits.take(88 * profile + 8 * level)
    bits.ue()
    chroma = bits.ue()
    if chroma == 3:
        bits.take(1)
    width, height = bits.ue(), bits.ue()
    left, right, top, bottom = (bits.ue() for _ in range(4)) if bits.take(1) else (0, 0, 0, 0)
    across, down = _steps(chroma)
    depth = 8 + bits.ue()
    return Shape(width - across * (left + right), height - down * (top + bottom), chroma, depth)


def _steps(chroma: int) -> tuple[int, int]:
    """Pixels that a step of cropping takes off, across and down."""
    return (2 if chroma in {1, 2} else 1), (2 if chroma == 1 else 1)
