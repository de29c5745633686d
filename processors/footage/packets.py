"""From the packets of a container that is no MP4 to an outline. Pure."""

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from processors.mp4.movie import Kind
from processors.mp4.outline import Outline, Reach


class Packet(NamedTuple):
    """A coded frame; times in nanoseconds by the file's own clock."""

    pts: int
    dts: int
    duration: int
    """0 where the container does not tell."""
    key: bool


class Stream(NamedTuple):
    """A track of picture or sound."""

    kind: Kind
    form: tuple[object, ...]
    """Codec, configuration, size, rate: equal where streams may be joined by copying."""
    packets: list[Packet]


def outline(
    streams: Iterable[Stream],
    size: int,
    *,
    growing_is_readable: bool,
    tail: int | None = None,
    whole: int | None = None,
) -> Outline:
    """The outline of a file of `size` bytes that holds `streams` in its first `whole` bytes.

    `tail` is where its last picture begins. Of a file that grows, that one may be cut: nothing
    in it says where a frame ends.
    """
    found = list(streams)
    return Outline(
        reaches=tuple(_reach(stream) for stream in found if stream.packets),
        signature=tuple((stream.kind, *stream.form) for stream in found),
        mtxi=None,
        duration=0,
        fragmented=growing_is_readable,
        whole=size if whole is None else whole,
        size=size,
        closes=False,
        settled=tail,
    )


def _reach(stream: Stream) -> Reach:
    packets = stream.packets
    end = end_of(packets)
    last = packets[-1]
    due = last.dts + min(p.pts - p.dts for p in packets)
    return Reach(
        kind=stream.kind,
        first=packets[0].dts,
        composition=packets[0].pts - packets[0].dts,
        start=next((p.pts for p in packets if p.key), None),
        end=end,
        settled=min(end, due),
        samples=len(packets),
        longest=max(_steps(packets), default=0),
    )


def end_of(packets: list[Packet]) -> int:
    """When the last of them ends, in order of presentation.

    The usual distance tells how long it lasts; AVI says a tick, MPEG-TS a guess, Matroska nothing.
    """
    usual = _usual_duration(packets)
    return max(p.pts + (usual or p.duration) for p in packets)


def _usual_duration(packets: list[Packet]) -> int:
    steps = sorted(_steps(packets))
    return steps[len(steps) // 2] if steps else 0


def _steps(packets: list[Packet]) -> list[int]:
    times = sorted(p.pts for p in packets)
    return [b - a for a, b in pairwise(times)]
