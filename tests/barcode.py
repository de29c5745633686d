"""The number in a picture of the recordings: 40 columns of equal width in the top ninth.

Two rows, the lower one the inverse of the upper. Columns: `1011`, 24 bits of the frame's number,
8 bits of CRC-8 (polynomial 0x07, start 0, then xor 0x55), `0010`; white is 1.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np

WIDTH, HEIGHT = 320, 40
"""Pixels of the strip that `number` reads."""


def number(strip: bytes) -> int | None:
    """The number in a grey strip, row by row; None where it cannot be read."""
    rows = np.frombuffer(strip, np.uint8).astype(float).reshape(2, HEIGHT // 2, 40, WIDTH // 40)
    upper, lower = rows[:, 5:15, :, 2:6].mean(axis=(1, 3))
    bits = "".join("1" if bit else "0" for bit in upper > lower)
    value = int(bits[4:28], 2).to_bytes(3, "big")
    readable = bits[:4] == "1011" and bits[36:] == "0010" and int(bits[28:36], 2) == _check(value)
    return int.from_bytes(value, "big") if readable else None


@cache
def frames(recording: Path) -> tuple[tuple[float, int], ...]:
    """When each picture of a file is shown, in seconds after its first one, and its number."""
    with av.open(recording) as container:
        seen = sorted(_numbered(container))
    return tuple((at - seen[0][0], number) for at, number in seen)


def _numbered(container: Any) -> Iterator[tuple[float, int]]:
    for picture in container.decode(video=0):
        grey = picture.reformat(format="gray").to_ndarray()
        high, wide = grey.shape
        at = (np.arange(HEIGHT) + 0.5) * high / 9 / HEIGHT, (np.arange(WIDTH) + 0.5) * wide / WIDTH
        found = number(grey[np.ix_(at[0].astype(int), at[1].astype(int))].tobytes())
        assert found is not None
        yield picture.time, found


def _check(value: bytes) -> int:
    crc = 0
    for byte in value:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 7) & 255 if crc & 128 else crc << 1
    return crc ^ 0x55
