"""The units inside a frame of H.264 or HEVC, as MP4 keeps them: each behind its 4-byte length."""

from collections.abc import Iterator
from typing import Literal

Codec = Literal["h264", "hevc"]

_PICTURES = {"h264": range(1, 6), "hevc": range(32)}
"""Unit types that hold picture; the rest are parameter sets and remarks of the encoder."""


def parameter_sets(codec: Codec, config: bytes) -> list[bytes]:
    """The units of avcC or hvcC, in order."""
    return list(_of_avcc(config) if codec == "h264" else _of_hvcc(config))


def pictures(codec: Codec, frame: bytes) -> bytes:
    """`frame` without what is no picture."""
    kept = b""
    at = 0
    while at < len(frame):
        end = at + 4 + int.from_bytes(frame[at : at + 4], "big")
        first = frame[at + 4]
        if (first & 31 if codec == "h264" else first >> 1 & 63) in _PICTURES[codec]:
            kept += frame[at:end]
        at = end
    return kept


def _of_avcc(config: bytes) -> Iterator[bytes]:
    at = 5
    for mask in (31, 255):
        count = config[at] & mask
        at += 1
        for _ in range(count):
            end = at + 2 + int.from_bytes(config[at : at + 2], "big")
            yield config[at + 2 : end]
            at = end


def _of_hvcc(config: bytes) -> Iterator[bytes]:
    at = 23
    for _ in range(config[22]):
        count = int.from_bytes(config[at + 1 : at + 3], "big")
        at += 3
        for _ in range(count):
            end = at + 2 + int.from_bytes(config[at : at + 2], "big")
            yield config[at + 2 : end]
            at = end
