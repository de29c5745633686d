"""What a clip really shows: the numbers in its pictures, against when the camera filmed them."""

import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import av
import numpy as np

from devtools.camera.loop import Encoding
from devtools.camera.picture import Plane, barcode

PICTURES = Encoding(width=160, height=90, fps=10, gop=10)
"""Small, so that the machine has time for what is being proven."""
PATTERN = "%path/%path_%Y%m%d_%H%M%S-%f"
"""Names to the microsecond tell when the first picture of a file was filmed."""
CAMERA = (
    *("--size", f"{PICTURES.width}x{PICTURES.height}"),
    *("--fps", f"{PICTURES.fps:g}", "--gop", str(PICTURES.gop), "--pattern", PATTERN),
)
"""Options of `devtools.camera` that film so."""

_TIME = re.compile(r"_(\d{8}_\d{6}-\d{6})\.mp4$")
_TOLERANCE = 1
"""Pictures."""


class Film:
    """All that one camera has recorded without a break, below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fault(self, clip: Path, start: str, end: str) -> str | None:
        """Why `clip` is not what was filmed from `start` to `end` (RFC 3339); None if it is."""
        try:
            shown = list(numbers(clip))
        except (av.FFmpegError, IndexError) as exc:
            return f"does not play: {exc}"
        if not shown or None in shown:
            return f"{shown.count(None)} of its {len(shown)} pictures show no number"
        known = [number for number in shown if number is not None]
        if any((b - a) % PICTURES.frames != 1 for a, b in itertools.pairwise(known)):
            return "its pictures do not follow one another"
        first, length = _time(start), _time(end) - _time(start)
        if abs(len(known) - length * PICTURES.fps) > _TOLERANCE:
            return f"it has {len(known)} pictures for {length:.3f} s"
        filmed_at, number = self._first
        off = (known[0] - number - round((first - filmed_at) * PICTURES.fps)) % PICTURES.frames
        return (
            None
            if min(off, PICTURES.frames - off) <= _TOLERANCE
            else f"it begins {off} pictures late"
        )

    @cached_property
    def _first(self) -> tuple[float, int]:
        path = min(self._folder.rglob("*.mp4"))
        named = _TIME.search(path.name)
        assert named is not None
        number = next(numbers(path))
        assert number is not None
        at = datetime.strptime(named[1], "%Y%m%d_%H%M%S-%f").replace(tzinfo=UTC)
        return at.timestamp(), number


def numbers(path: Path) -> Iterator[int | None]:
    """Of the pictures that a player shows, in order; None where one cannot be read.

    Raises what PyAV raises where one cannot be decoded.
    """
    with av.open(str(path)) as clip:
        stream = clip.streams.video[0]
        stream.codec_context.options = {"err_detect": "explode"}
        for picture in clip.decode(stream):
            luma = picture.to_ndarray(format="gray")
            yield _number(luma[: luma.shape[0] // 9])


def plays(path: Path) -> bool:
    """Whether every picture of a clip decodes, whatever it shows."""
    try:
        with av.open(str(path)) as clip:
            stream = clip.streams.video[0]
            stream.codec_context.options = {"err_detect": "explode"}
            packets = pictures = 0
            for packet in clip.demux(stream):
                packets += packet.size > 0
                pictures += len(packet.decode())
    except (av.FFmpegError, IndexError):
        return False
    return packets == pictures > 0


def _number(strip: Plane) -> int | None:
    high, wide = strip.shape
    half = high // 2
    columns = (np.arange(40) * 2 + 1) * wide // 80
    upper, lower = strip[half // 2, columns], strip[half + half // 2, columns]
    bits = "".join("1" if bit else "0" for bit in upper > lower)
    number = int(bits[4:28], 2)
    expected = barcode(number, 40, 18)[0] > 128
    return number if bits == "".join("1" if bit else "0" for bit in expected) else None


def _time(written: str) -> float:
    return datetime.fromisoformat(written).timestamp()
