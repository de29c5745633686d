"""Whether two files may be joined by copying bytes."""

from collections.abc import Iterable
from functools import lru_cache

from processors.mp4.movie import Kind, Track

Signature = tuple[tuple[object, ...], ...]
"""A row for each track, picture before sound; equal ones may be joined."""

_ORDER: dict[Kind, int] = {"video": 0, "audio": 1}


def signature(tracks: Iterable[Track]) -> Signature:
    """What must be equal: codec, decoder configuration, picture size and turn, time scale, rate, channels.

    Not the whole sample entry: bit rates in it differ between files of one camera. Not the track
    ids and not their order in the file: the writer chooses those.
    """
    rows = [
        (
            track.kind,
            track.format,
            unpadded(track.format, track.config),
            track.width,
            track.height,
            track.timescale,
            track.sample_rate,
            track.channels,
            track.matrix,
            track.quirk,
        )
        for track in sorted(tracks, key=lambda track: _ORDER[track.kind])
    ]
    return tuple(rows)


@lru_cache(maxsize=16)
def unpadded(form: str, config: bytes) -> bytes:
    """The decoder configuration without zeros behind its parameter sets.

    They are none of theirs: who makes the box from a stream with start codes may leave the first
    zero of the next start code there, or not (measured: ffmpeg, from MPEG-TS).
    """
    try:
        if form.startswith("avc"):
            first, at = _sets(config, 6, config[5] & 0x1F)
            second, end = _sets(config, at + 1, config[at])
            return config[:6] + first + config[at : at + 1] + second + config[end:]
        if form.startswith("hvc"):
            return _unpadded_hevc(config)
    except IndexError:
        pass
    return config


def _unpadded_hevc(config: bytes) -> bytes:
    out, at = config[:23], 23
    for _ in range(config[22]):
        found, end = _sets(config, at + 3, int.from_bytes(config[at + 1 : at + 3], "big"))
        out += config[at : at + 3] + found
        at = end
    return out + config[at:]


def _sets(config: bytes, at: int, count: int) -> tuple[bytes, int]:
    """So many parameter sets, each behind its length, and where they end."""
    out = b""
    for _ in range(count):
        end = at + 2 + int.from_bytes(config[at : at + 2], "big")
        if end > len(config):
            raise IndexError(end)
        found = config[at + 2 : end].rstrip(b"\0")
        out += len(found).to_bytes(2, "big") + found
        at = end
    return out, at
