"""What an operator should know of a camera's recordings. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from processors.footage.coverage import USABLE
from processors.footage.segment import Segment, SegmentState, Timeline
from processors.mp4.codecs import codec_name
from schemas.camera_report import CameraReport
from schemas.instant import NANOS, from_ns

_QUIET = 60.0
"""Seconds without anything new after which a camera is not recording, if its files are short."""
_AHEAD = 5 * NANOS
"""Footage may be so far ahead of our clock before that is worth a word."""
_TOLD = 3
"""Files with a problem that are named."""


@dataclass(slots=True)
class Tally:
    """What a walk over the names of a camera's files counts."""

    segments: int = 0
    bytes: int = 0
    oldest: int | None = None
    newest: int | None = None
    """Starts of the first and the last file by their names, nanoseconds since the epoch."""
    unnamed: list[str] = field(default_factory=list)
    """Names beside them that no pattern explains."""

    def count(self, start: int, size: int) -> None:
        """Take a file in."""
        self.segments += 1
        self.bytes += size
        self.oldest = start if self.oldest is None else min(self.oldest, start)
        self.newest = start if self.newest is None else max(self.newest, start)


def report(tally: Tally, timeline: Timeline, now: int) -> CameraReport:
    """The report of a camera; `timeline` is that of its newest files."""
    readable = [s for s in timeline.segments if s.state in USABLE]
    newest = max((s.span.end for s in readable), default=None)
    last = max(readable, key=lambda s: s.span.end, default=None)
    oldest = None if tally.oldest is None else tally.oldest - timeline.name_off
    return CameraReport(
        camera_id=timeline.camera,
        newest=None if newest is None else from_ns(newest),
        lag_seconds=None if newest is None else round((now - newest) / NANOS, 3),
        oldest=None if oldest is None else from_ns(oldest),
        segments=tally.segments,
        bytes=tally.bytes,
        segment_seconds=timeline.segment_length and round(timeline.segment_length, 3),
        codecs=_codecs(last) if last else (),
        name_off_seconds=_worst_name(timeline),
        problems=tuple(_problems(tally, timeline, newest, now)),
    )


def unnamed(names: Sequence[str]) -> str:
    """The sentence about files whose names say nothing."""
    files = "1 file has a name" if len(names) == 1 else f"{len(names)} files have names"
    return f"{files} that no footage.pattern explains, for example {names[0]!r}"


def not_followed(links: Sequence[str]) -> str:
    """The sentence about folders that are links."""
    folders = "1 folder is a link" if len(links) == 1 else f"{len(links)} folders are links"
    return (
        f"{folders}, for example {links[0]!r}: cameras in it are not listed here, and are read only "
        "if it leads to another place below footage.root"
    )


def _codecs(segment: Segment) -> tuple[str, ...]:
    names = []
    for row in segment.signature:
        assert isinstance(row, tuple)
        _, form, config, *_ = row
        named = codec_name(form, config) if isinstance(config, bytes) else None
        names.append(named or str(form))
    return tuple(names)


def _problems(tally: Tally, timeline: Timeline, newest: int | None, now: int) -> Iterator[str]:
    if newest is None:
        yield "none of its newest files can be read"
    else:
        yield from _pace(newest, timeline, now)
    if timeline.name_off:
        yield (
            f"names are {timeline.name_off / NANOS:+.0f} s off the recorder's clock in the files: "
            "set footage.timezone, or footage.cameras.NAME.timezone"
        )
    for path, off in timeline.misnamed[-_TOLD:]:
        yield f"{path} has a name that is {off / NANOS:+.0f} s off the recorder's clock in it"
    bad = (SegmentState.UNREADABLE, SegmentState.CRASHED)
    damaged = [s for s in timeline.segments if s.state in bad]
    for segment in damaged[-_TOLD:]:
        yield f"{segment.path} {segment.problem}"
    if tally.unnamed:
        yield unnamed(tally.unnamed)


def _worst_name(timeline: Timeline) -> float:
    offs = (timeline.name_off, *(off for _, off in timeline.misnamed))
    return round(max(offs, key=abs) / NANOS, 3)


def _pace(newest: int, timeline: Timeline, now: int) -> Iterator[str]:
    usual = 0.0 if timeline.fragmented else 3 * (timeline.segment_length or 0.0)
    lag = (now - newest) / NANOS
    if lag > max(_QUIET, usual):
        yield f"is not recording: nothing new for {lag:.0f} s"
    elif now + _AHEAD < newest:
        yield f"its clock is {-lag:.0f} s ahead of ours"
