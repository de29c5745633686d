"""Recorded files that were never on a disk: made for tests of the rules about footage."""

from collections.abc import Sequence

from processors.footage.recording import Recording
from processors.footage.segment import Segment, SegmentState, Timeline
from processors.mp4.movie import Kind, Mtxi
from processors.mp4.outline import Outline, Reach
from processors.span import Span
from schemas.instant import NANOS

T0 = 1_795_508_600 * NANOS
"""2026-11-24T08:23:20Z."""
FRAME = 40 * NANOS // 1000


def seconds(value: float) -> int:
    """Nanoseconds."""
    return round(value * NANOS)


def at(value: float) -> int:
    """`value` seconds behind T0."""
    return T0 + seconds(value)


def span(start: float, end: float) -> Span:
    """A span in seconds behind T0."""
    return Span(at(start), at(end))


def reach(
    kind: Kind, start: float, end: float, *, composition: float = 0.0, longest: float = 0.04
) -> Reach:
    """A track whose first sample is shown at `start` seconds of the file's own time."""
    return Reach(
        kind=kind,
        first=seconds(start - composition),
        composition=seconds(composition),
        start=seconds(start),
        end=seconds(end),
        settled=seconds(end),
        samples=max(1, round((end - start) * 25)),
        longest=seconds(longest),
    )


def outline(
    *reaches: Reach,
    mtxi: Mtxi | None = None,
    duration: int = 5000,
    size: int = 1000,
    tail: int = 0,
    fragmented: bool = True,
    closes: bool = True,
    signature: str = "h264",
) -> Outline:
    """A closed file of 5 seconds of picture, unless said otherwise."""
    return Outline(
        reaches=reaches or (reach("video", 0, 5),),
        signature=((signature,),),
        mtxi=mtxi,
        duration=duration,
        fragmented=fragmented,
        whole=size - tail,
        size=size,
        closes=closes,
    )


def mtxi(number: int, dts: float, ntp: float, stream: bytes = b"s" * 16) -> Mtxi:
    """The recorder's box; `dts` in seconds, `ntp` in seconds behind T0."""
    return Mtxi(stream, number, seconds(dts), at(ntp))


def recording(
    start: float,
    content: Outline | None = None,
    *,
    mtime: float | None = None,
    grain: int = 1000,
    path: str = "",
    **more: object,
) -> Recording:
    """A file whose name says that it starts `start` seconds behind T0, finished 5 s later."""
    return Recording(
        path=path or f"cam/{start:+09.3f}.mp4",
        starts=(at(start),),
        grain=grain,
        size=content.size if content else 0,
        mtime=at(start + 5 if mtime is None else mtime),
        outline=content,
        **more,  # type: ignore[arg-type]  # only ever known fields, in tests
    )


def segment(
    start: float, end: float, state: SegmentState = SegmentState.COMPLETE, **more: object
) -> Segment:
    """A file as a timeline holds it."""
    return Segment(
        path=f"cam/{start:+09.3f}.mp4",
        span=span(start, end),
        state=state,
        size=1000,
        zero=at(start),
        frame=FRAME,
        **more,  # type: ignore[arg-type]  # only ever known fields, in tests
    )


def timeline(segments: Sequence[Segment]) -> Timeline:
    """A timeline whose camera has these files and no others."""
    return Timeline(
        camera="cam",
        known=bool(segments),
        segments=tuple(segments),
        oldest=min((s.span.start for s in segments), default=None),
        newest=max((s.span.end for s in segments), default=None),
        segment_length=5.0,
        fragmented=True,
    )
