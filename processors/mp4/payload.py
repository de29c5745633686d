"""What a coded frame says, whatever container it lies in: equal digests are equal frames.

MPEG-TS and AVI part the NAL units of a frame by start codes (source: ITU-T H.264 annex B), MP4 by
lengths; AAC has a header in front of each frame in MPEG-TS (source: ISO/IEC 13818-7, ADTS) and
none in MP4.
"""

import re
from collections.abc import Callable, Iterable
from hashlib import blake2b

Split = Callable[[bytes], list[bytes]]

_START = re.compile(rb"\x00\x00\x01")
_LENGTH_AT = {"h264": 4, "hevc": 21}


def splitter(codec: str, config: bytes) -> Split:
    """How frames of `codec` (ffmpeg's name) come apart, whose decoder is told `config`."""
    if codec in _LENGTH_AT:
        at = _LENGTH_AT[codec]
        if config[:1] != b"\1" or len(config) <= at:
            return _by_start_codes
        width = (config[at] & 3) + 1
        return lambda frame: _by_lengths(frame, width)
    if codec == "aac" and not config:
        return lambda frame: [frame[7 if frame[1:2] and frame[1] & 1 else 9 :]]
    return lambda frame: [frame]


def digest(units: Iterable[bytes]) -> str:
    """Of a frame that a `Split` parted, in hexadecimal."""
    found = blake2b(digest_size=8)
    for unit in units:
        found.update(len(unit).to_bytes(4, "big"))
        found.update(unit)
    return found.hexdigest()


def _by_start_codes(frame: bytes) -> list[bytes]:
    # Zeros at the end of a NAL unit are none of its own: it ends with a bit that is set.
    units = (unit.rstrip(b"\0") for unit in _START.split(frame)[1:])
    return [unit for unit in units if unit]


def _by_lengths(frame: bytes, width: int) -> list[bytes]:
    units, at = [], 0
    while at + width <= len(frame):
        length = int.from_bytes(frame[at : at + width], "big")
        units.append(frame[at + width : at + width + length].rstrip(b"\0"))
        at += width + length
    return [unit for unit in units if unit]
