"""Big-endian tables of 32-bit words, read a whole column at a time: the fast way in plain Python."""

from __future__ import annotations  # array[int] cannot be evaluated before Python 3.12

import sys
from array import array

from processors.errors import Mp4Error
from processors.mp4.boxes import Box, Buffer

MAX_SAMPLES = 8_000_000
"""Of a track, and of a file of fragments: 24 hours of video and AAC fit. No file is believed more."""

UNSIGNED, SIGNED = "I", "i"


def words(data: Buffer, at: int, count: int, box: Box, kind: str = UNSIGNED) -> array[int]:
    """`count` words from `at`, which must lie inside `box`; raises `Mp4Error` where they do not."""
    if count < 0 or at + 4 * count > box.end:
        raise Mp4Error(f"box {box.kind!r} at byte {box.start} is shorter than its table")
    table: array[int] = array(kind)
    table.frombytes(data[at : at + 4 * count])
    if sys.byteorder == "little":
        table.byteswap()
    return table


def longs(data: Buffer, at: int, count: int, box: Box) -> array[int]:
    """Like `words`, of 64 bits each."""
    if count < 0 or at + 8 * count > box.end:
        raise Mp4Error(f"box {box.kind!r} at byte {box.start} is shorter than its table")
    table: array[int] = array("Q")
    table.frombytes(data[at : at + 8 * count])
    if sys.byteorder == "little":
        table.byteswap()
    return table


def believable(count: int, size: int) -> int:
    """`count` samples, if a file of `size` bytes can hold as many; raises `Mp4Error` if not."""
    if count > min(size, MAX_SAMPLES):
        raise Mp4Error(f"claims {count} samples in {size} bytes")
    return count


def packed(table: array[int]) -> bytes:
    """The column as an MP4 file has it."""
    if sys.byteorder == "little":
        table = array(table.typecode, table)
        table.byteswap()
    return table.tobytes()
