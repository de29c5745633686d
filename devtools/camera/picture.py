"""What the camera sees: colour bars, a sweeping line, and a barcode that numbers every frame.

Top 1/9 of the picture: 40 columns in two rows, the second being the inverse of the first. Columns:
1011, 24 bits frame number, 8 bits CRC-8 (polynomial 0x07, then xor 0x55), 0010; white is 1.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.uint8]

_BLACK, _WHITE = 16, 235
_BARS = (
    (180, 128, 128),
    (162, 44, 142),
    (131, 156, 44),
    (112, 72, 58),
    (84, 184, 198),
    (65, 100, 212),
    (35, 212, 114),
)
"""Y, U, V of the classic bars at 75 %."""


def crc8(data: bytes) -> int:
    """The checksum of a frame number's three bytes."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = ((crc << 1) ^ 7) & 255 if crc & 128 else crc << 1
    return crc ^ 0x55


def barcode(number: int, width: int, height: int) -> Plane:
    """The luma of the top ninth: `height // 9` rows that name `number`."""
    named = number.to_bytes(3, "big")
    bits = f"1011{number:024b}{crc8(named):08b}0010"
    row = np.array([_WHITE if bit == "1" else _BLACK for bit in bits], np.uint8)
    columns = row[np.arange(width) * len(bits) // width]
    half = height // 18
    return np.repeat(np.stack([columns, _WHITE + _BLACK - columns]), half, axis=0)


def frames(first: int, count: int, width: int, height: int) -> Iterator[Plane]:
    """Pictures number `first` and on, as one planar 4:2:0 array of `height * 3 / 2` rows each."""
    still = _bars(width, height)
    top = 2 * (height // 18)
    for number in range(first, first + count):
        picture = still.copy()
        picture[:top, :width] = barcode(number, width, height)
        left = number * 4 % (width - 8)
        picture[top + 8 : height, left : left + 8] = _WHITE
        yield picture


def _bars(width: int, height: int) -> Plane:
    colours = np.array(_BARS, np.uint8)
    planes: list[Any] = []
    for channel, divisor in enumerate((1, 2, 2)):
        columns = np.arange(width // divisor) * len(_BARS) // (width // divisor)
        planes.append(np.tile(colours[columns, channel], (height // divisor, 1)).ravel())
    return np.concatenate(planes).reshape(height * 3 // 2, width)
