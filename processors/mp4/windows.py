"""A file that is looked at in pieces, each of which holds whole samples."""

from __future__ import annotations  # array[int] cannot be evaluated before Python 3.12

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from processors.mp4.boxes import Buffer
from processors.mp4.movie import Samples, Track


class Window(NamedTuple):
    """Bytes of a file from `start` on."""

    start: int
    data: Buffer


def steps(start: int, end: int, places: Sequence[int], most: int) -> Iterator[tuple[int, int]]:
    """[start, end) in pieces of `most` bytes that begin at one of `places` (rising).

    Longer only where `places` are further apart.
    """
    while end - start > most:
        last = bisect_right(places, start + most) - 1
        if last < 0 or places[last] <= start:
            last = bisect_right(places, start)
        stop = min(places[last], end) if last < len(places) else end
        yield start, stop
        start = stop
    if start < end:
        yield start, end


def inside(track: Track, window: Window) -> tuple[int, Track]:
    """The samples of `track` in `window`, as if that were the file; and the index of the first.

    They lie in the file in their own order.
    """
    samples = track.samples
    first = bisect_left(samples.offset, window.start)
    stop = bisect_left(samples.offset, window.start + len(window.data))
    chosen = slice(first, stop)
    offsets = array("q", [at - window.start for at in samples.offset[chosen]])
    kept = Samples(offsets, range(len(offsets)), samples.size[chosen], sync=samples.sync[chosen])
    return first, replace(track, samples=kept)
