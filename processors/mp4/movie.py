"""What an MP4 or fMP4 file holds, as plain data: the common word of reader, planner and verifier.

Times inside a track count in its own `timescale` from the file's zero. Nothing here reads bytes.
"""

from __future__ import annotations  # array[int] cannot be evaluated before Python 3.12

import operator
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, chain, repeat
from typing import Literal

Kind = Literal["video", "audio"]


@dataclass(frozen=True, slots=True)
class Mtxi:
    """MediaMTX's `moov/udta/mtxi` box (source: bluenviron/mediamtx, internal/recordstore)."""

    stream_id: bytes
    """16 bytes; one publishing session has one."""
    number: int
    """Of the segment within its stream, from 0; consecutive numbers are contiguous footage."""
    dts: int
    """Nanoseconds from the start of the stream to the file's zero."""
    ntp: int
    """Wall clock of the first sample's presentation, nanoseconds since the epoch."""


@dataclass
class Samples:
    """One row a sample, in decode order, in columns so that 10^5 rows stay small.

    They lie in chunks: samples one behind the other in the file.
    """

    chunks: array[int] = field(default_factory=lambda: array("q"))
    """Byte position of each chunk in the file."""
    firsts: Sequence[int] = ()
    """Index of the first sample of each chunk; rises from 0."""
    size: array[int] = field(default_factory=lambda: array("I"))
    dts: array[int] = field(default_factory=lambda: array("q"))
    duration: array[int] = field(default_factory=lambda: array("I"))
    composition: array[int] = field(default_factory=lambda: array("i"))
    """Presentation time minus decode time."""
    sync: bytearray = field(default_factory=bytearray)
    """1 where decoding may start."""

    def __len__(self) -> int:
        return len(self.sync)

    @cached_property
    def offset(self) -> array[int]:
        """Byte position of the payload of each sample in the file."""
        return counted(self.chunks, self.firsts, self._row)

    @cached_property
    def ends(self) -> list[int]:
        """First byte behind each chunk."""
        row = list(map(self._row.__getitem__, (*self.firsts, len(self.size))))
        return list(map(operator.add, self.chunks, map(operator.sub, row[1:], row)))

    @cached_property
    def _row(self) -> list[int]:
        return list(accumulate(self.size, initial=0))


def counted(starts: Sequence[int], firsts: Sequence[int], row: Sequence[int]) -> array[int]:
    """A column that is `starts[i]` at `firsts[i]`, and grows as `row` does from there to the next.

    `firsts` rises from 0, and `row` has one item more than the column. Whole columns at once, as a
    start may be good for few items.
    """
    if len(starts) == len(row) - 1:
        return array("q", starts)
    shifts = map(operator.sub, starts, map(row.__getitem__, firsts))
    counts = map(operator.sub, (*firsts[1:], len(row) - 1), firsts)
    return array(
        "q", list(map(operator.add, row, chain.from_iterable(map(repeat, shifts, counts))))
    )


@dataclass(frozen=True, slots=True)
class Track:
    """One track and its samples."""

    id: int
    kind: Kind
    timescale: int
    format: str
    """Four characters of the sample entry: avc1, hvc1, mp4a, Opus, ipcm, ..."""
    config: bytes
    """What a decoder needs, comparable between files: the content of avcC, hvcC, dOps, pcmC, ...; of
    an esds its object type (one byte: 0x40 is AAC) and its AudioSpecificConfig."""
    entry: bytes
    """The whole sample entry box, for writing it again."""
    samples: Samples
    width: int = 0
    height: int = 0
    sample_rate: int = 0
    channels: int = 0
    edit_start: int = 0
    """Media time at which presentation starts, from the edit list (0 where there is none)."""
    edit_delay: int = 0
    """Silence or blank before the media starts, in `timescale` units, from an empty edit."""
    edit_length: int = 0
    """How much of the media is shown, in `timescale` units, from the edit list; 0 is all."""
    matrix: bytes = b""
    """How the picture is turned on the screen, as its header says it; empty where it is not."""
    quirk: str = ""
    """What forbids copying its bytes (encryption, several sample entries, ...), or nothing."""


@dataclass(frozen=True, slots=True)
class Movie:
    """One file."""

    tracks: tuple[Track, ...]
    mtxi: Mtxi | None
    duration: int
    """`mvhd.duration` as written: 0 while MediaMTX writes the file."""
    fragmented: bool
    whole: int
    """Bytes up to which every box is whole: all samples listed lie before it."""
    size: int
    """Bytes of the file when it was read."""
    indexes: frozenset[tuple[int, int]] = frozenset()
    """First byte of the `moof` and of the data of each fragment, where nothing lies between."""

    @property
    def tiled(self) -> bool:
        """Whether the boxes fill the file to its end."""
        return self.whole == self.size

    def track(self, kind: Kind) -> Track | None:
        """The first track of that kind that has samples."""
        return next((t for t in self.tracks if t.kind == kind and len(t.samples)), None)
