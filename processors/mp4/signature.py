"""Whether two files may be joined by copying bytes."""

from collections.abc import Iterable

from processors.mp4.movie import Kind, Track

Signature = tuple[tuple[object, ...], ...]
"""A row for each track, picture before sound; equal ones may be joined."""

_ORDER: dict[Kind, int] = {"video": 0, "audio": 1}


def signature(tracks: Iterable[Track]) -> Signature:
    """What must be equal: codec, decoder configuration, picture size, time scale, rate, channels.

    Not the whole sample entry: bit rates in it differ between files of one camera. Not the track
    ids and not their order in the file: the writer chooses those.
    """
    rows = [
        (
            track.kind,
            track.format,
            track.config,
            track.width,
            track.height,
            track.timescale,
            track.sample_rate,
            track.channels,
            track.quirk,
        )
        for track in sorted(tracks, key=lambda track: _ORDER[track.kind])
    ]
    return tuple(rows)
