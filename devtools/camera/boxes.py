"""The boxes of MediaMTX's files, written as mediacommon's pkg/formats/fmp4 writes them."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from devtools.camera.entries import sample_entry
from devtools.camera.loop import LoopTrack

_UNITY = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_NON_SYNC = 0x10000


def box(kind: str, *content: bytes) -> bytes:
    """A box: size, kind, content."""
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), kind.encode()) + body


def full(kind: str, version: int, flags: int, *content: bytes) -> bytes:
    """A box that starts with version and flags."""
    return box(kind, struct.pack(">I", version << 24 | flags), *content)


@dataclass(frozen=True, slots=True)
class Track:
    """What the header says of one track."""

    id: int
    media: LoopTrack
    width: int = 0
    height: int = 0

    @property
    def is_video(self) -> bool:
        """Whether it is picture."""
        return self.width > 0


@dataclass(frozen=True, slots=True)
class Sample:
    """One frame in a part: ticks of its track's time scale."""

    duration: int
    composition: int
    sync: bool
    payload: bytes


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive samples of one track; `start` counts from the file's zero."""

    track: Track
    start: int
    samples: Sequence[Sample]


def mtxi(stream_id: bytes, number: int, dts: int, ntp: int) -> bytes:
    """MediaMTX's own box (internal/recordstore/mp4_boxes.go)."""
    return full("mtxi", 0, 0, stream_id, struct.pack(">QQQ", number, dts, ntp))


def header(tracks: Sequence[Track], mtxi_box: bytes) -> bytes:
    """`ftyp` and `moov` of a file that is being written: its duration is 0."""
    brands = b"mp42" + struct.pack(">I", 1) + b"mp41mp42isomhlsf"
    extends = (full("trex", 0, 0, struct.pack(">5I", t.id, 1, 0, 0, 0)) for t in tracks)
    return box("ftyp", brands) + box(
        "moov",
        _mvhd(),
        *(_trak(track) for track in tracks),
        box("mvex", *extends),
        box("udta", mtxi_box),
    )


DURATION_AT = 32 + 8 + 24
"""Where `mvhd` keeps the duration in milliseconds (4 bytes)."""


def part(number: int, runs: Sequence[Run]) -> bytes:
    """`moof` and `mdat` of one part; numbers count from 0 in each file."""
    payload = b"".join(s.payload for run in runs for s in run.samples)
    size = len(_moof(number, runs, 0))
    return _moof(number, runs, size + 8) + box("mdat", payload)


def _moof(number: int, runs: Sequence[Run], at: int) -> bytes:
    fragments = []
    for run in runs:
        fragments.append(_traf(run, at))
        at += sum(len(s.payload) for s in run.samples)
    return box("moof", full("mfhd", 0, 0, struct.pack(">I", number)), *fragments)


def _traf(run: Run, at: int) -> bytes:
    composed = any(s.composition for s in run.samples)
    flags = 0x301 | (0x400 if run.track.is_video else 0) | (0x800 if composed else 0)
    rows = []
    for sample in run.samples:
        row = struct.pack(">II", sample.duration, len(sample.payload))
        if run.track.is_video:
            row += struct.pack(">I", 0 if sample.sync else _NON_SYNC)
        if composed:
            row += struct.pack(">i", sample.composition)
        rows.append(row)
    return box(
        "traf",
        full("tfhd", 0, 0x20000, struct.pack(">I", run.track.id)),
        full("tfdt", 1, 0, struct.pack(">Q", run.start)),
        full("trun", 1, flags, struct.pack(">II", len(run.samples), at), *rows),
    )


def _mvhd() -> bytes:
    times = struct.pack(">4I", 0, 0, 1000, 0)
    rest = struct.pack(">ih10x", 0x10000, 0x100) + _UNITY + struct.pack(">24xI", 0xFFFFFFFF)
    return full("mvhd", 0, 0, times, rest)


def _trak(track: Track) -> bytes:
    looks = struct.pack(">3I4xI8x", 0, 0, track.id, 0)
    looks += struct.pack(">hhhh", 0, 0 if track.is_video else 1, 0 if track.is_video else 0x100, 0)
    size = struct.pack(">II", track.width << 16, track.height << 16)
    return box("trak", full("tkhd", 0, 3, looks, _UNITY, size), _mdia(track))


def _mdia(track: Track) -> bytes:
    kind, name = (b"vide", b"VideoHandler") if track.is_video else (b"soun", b"SoundHandler")
    clock = struct.pack(">4IHH", 0, 0, track.media.timescale, 0, 0x55C4, 0)
    media = full("vmhd", 0, 1, bytes(8)) if track.is_video else full("smhd", 0, 0, bytes(4))
    where = box("dinf", full("dref", 0, 0, struct.pack(">I", 1), full("url ", 0, 1)))
    entry = sample_entry(track.media, track.width, track.height)
    tables = box(
        "stbl",
        full("stsd", 0, 0, struct.pack(">I", 1), entry),
        full("stts", 0, 0, bytes(4)),
        full("stsc", 0, 0, bytes(4)),
        full("stsz", 0, 0, bytes(8)),
        full("stco", 0, 0, bytes(4)),
    )
    handler = full("hdlr", 0, 0, bytes(4), kind, bytes(12), name, b"\0")
    return box("mdia", full("mdhd", 0, 0, clock), handler, box("minf", media, where, tables))
