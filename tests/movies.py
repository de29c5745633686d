"""Sample tables and segments made by hand, and segments read from files."""

from array import array
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from processors.errors import FootageError
from processors.footage.coverage import Coverage, Gap
from processors.footage.segment import Segment, SegmentState, Timeline
from processors.mp4.movie import Kind, Movie, Mtxi, Samples, Track
from processors.mp4.outline import read_outline
from processors.mp4.reader import read_movie
from processors.mp4.signature import signature
from processors.span import Span
from schemas.instant import NANOS
from schemas.reason import GapCause

STREAM = bytes(range(16))


def mtxi(number: int, dts: int, ntp: int = 0, stream: bytes = STREAM) -> Mtxi:
    return Mtxi(stream, number, dts, ntp)


def track(
    kind: Kind,
    count: int,
    step: int,
    timescale: int,
    *,
    start: int = 0,
    size: int = 100,
    gop: int = 25,
    first_sync: int = 0,
    compositions: Sequence[int] | None = None,
    edit: tuple[int, int] = (0, 0),
) -> Track:
    """`count` samples, `step` ticks each, from `start`; sizes count up from `size`."""
    samples = Samples(array("q", range(0, 1000 * count, 1000)), range(count))
    for i in range(count):
        samples.size.append(size + i)
        samples.dts.append(start + i * step)
        samples.duration.append(step)
        samples.composition.append(compositions[i % len(compositions)] if compositions else 0)
        samples.sync.append(
            int(kind == "audio" or (i >= first_sync and (i - first_sync) % gop == 0))
        )
    video = kind == "video"
    return Track(
        id=1 if video else 2,
        kind=kind,
        timescale=timescale,
        format="avc1" if video else "mp4a",
        config=b"\x01\x42\xc0\x1e\xff" if video else b"\x40\x11\x90",
        entry=b"",
        samples=samples,
        width=640 if video else 0,
        height=360 if video else 0,
        sample_rate=0 if video else timescale,
        channels=0 if video else 1,
        edit_start=edit[0],
        edit_delay=edit[1],
    )


def video(count: int = 125, **more: object) -> Track:
    """25 frames a second."""
    return track("video", count, 3600, 90_000, **more)  # type: ignore[arg-type]


def audio(count: int = 234, **more: object) -> Track:
    """AAC at 48 kHz: 21.3 ms a sample."""
    return track("audio", count, 1024, 48_000, **more)  # type: ignore[arg-type]


def movie(*tracks: Track) -> Movie:
    return Movie(tracks, None, 5000, fragmented=True, whole=10_000, size=10_000)


def segment(
    name: str,
    start: float,
    end: float,
    *,
    mark: Mtxi | None = None,
    lead: float = 0,
    kind: str = "a",
    state: SegmentState = SegmentState.COMPLETE,
) -> Segment:
    """Shows [start, end) seconds; its file begins `lead` seconds before."""
    span = Span(round(start * NANOS), round(end * NANOS))
    return Segment(
        path=name,
        span=span,
        state=state,
        size=10_000,
        signature=(kind,),
        mtxi=mark,
        zero=span.start - round(lead * NANOS),
    )


def timeline(*segments: Segment) -> Timeline:
    return Timeline("camera1", known=True, segments=segments)


def seconds(start: float, end: float) -> Span:
    return Span(round(start * NANOS), round(end * NANOS))


def covered(window: Span, *gaps: Gap) -> Coverage:
    lost = sum(gap.span.length for gap in gaps)
    return Coverage((window,), gaps, 1 - lost / window.length)


def gaps_between(segments: Sequence[Segment], least: float = 0.7) -> tuple[Gap, ...]:
    """Every hole between neighbours that is longer than the recorder's clock may err."""
    return tuple(
        Gap(Span(a.span.end, b.span.start), GapCause.NOT_RECORDED)
        for a, b in pairwise(segments)
        if b.span.start - a.span.end > least * NANOS
    )


def read_segment(root: Path, path: Path, zero: int | None = None) -> Segment:
    """The file at `path` as the timeline would have it, by its own `mtxi` clock."""
    data = path.read_bytes()
    held = read_movie(memoryview(data), len(data))
    if not (held.fragmented or held.tiled):
        raise FootageError("a plain file is whole or of no use")
    picture = held.track("video")
    assert picture is not None
    samples, shift = picture.samples, picture.edit_delay - picture.edit_start
    shown = [a + b + shift for a, b in zip(samples.dts, samples.composition, strict=True)]
    end = max(a + b for a, b in zip(shown, samples.duration, strict=True))
    if zero is None:
        assert held.mtxi is not None
        zero = held.mtxi.ntp
    return Segment(
        path=str(path.relative_to(root)),
        span=Span(
            zero + round(min(shown) * NANOS / picture.timescale),
            zero + round(end * NANOS / picture.timescale),
        ),
        state=SegmentState.COMPLETE if held.duration and held.tiled else SegmentState.CRASHED,
        size=held.whole,
        signature=signature(held.tracks),
        mtxi=held.mtxi,
        zero=zero,
        landmarks=read_outline(lambda at, length: data[at : at + length], len(data)).landmarks,
    )
