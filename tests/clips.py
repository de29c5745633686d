"""Plans of made footage, cut in a test: the same for every way of cutting."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from processors.cutting.plan import CutPlan, CutResult
from processors.cutting.planner import plan_cut
from processors.errors import FootageError
from processors.footage.segment import Segment, SegmentState
from processors.mp4.reader import read_movie
from processors.ports import Cutter
from processors.span import Span
from schemas.incident import Precision
from schemas.instant import NANOS
from tests.media import shown
from tests.movies import covered, gaps_between, read_segment, timeline
from tests.recordings import shared

MS = NANOS // 1000


@dataclass(frozen=True, slots=True)
class Cut:
    """A clip that a cutter gave."""

    path: Path
    plan: CutPlan
    result: CutResult


def segments_of(root: Path, paths: Sequence[Path], step: float | None = None) -> list[Segment]:
    """The files as the timeline has them.

    Files without a clock of their own follow one another: each shows its own length, from where
    the one before it ends; one that cannot be read is `step` seconds long. `step` 0: the files'
    own times run on.
    """
    found: list[Segment] = []
    clock = 0
    for path in paths:
        try:
            segment = read_segment(root, path, None if step is None else 0)
        except (FootageError, OSError, AssertionError):
            end = clock + round((step or 1) * NANOS)
            segment = Segment(path.name, Span(clock, end), SegmentState.UNREADABLE, 0)
        if step and segment.state is not SegmentState.UNREADABLE:
            zero = clock - segment.span.start
            segment = replace(segment, zero=zero, span=Span(clock, clock + segment.span.length))
        clock = max(segment.span.end, clock + round(step * NANOS)) if step else segment.span.end
        found.append(segment)
    return sorted(found, key=lambda segment: segment.span)


def plan_of(
    segments: Sequence[Segment],
    window: Span | None = None,
    *,
    precision: Precision = Precision.SEGMENTS,
    least_gap: float = 0.7,
) -> CutPlan:
    """The plan of all of `segments`, or of a window of them."""
    window = window or Span(segments[0].span.start, segments[-1].span.end)
    readable = [s for s in segments if s.state is not SegmentState.UNREADABLE]
    gaps = tuple(gap for gap in gaps_between(readable, least_gap) if gap.span.overlap(window))
    middle = (window.start + window.end) // 2
    plan = plan_cut(
        window, middle, timeline(*segments), covered(window, *gaps), precision=precision
    )
    assert plan is not None
    return plan


def cut(cutter: Cutter, plan: CutPlan, folder: Path) -> Cut:
    """Carries `plan` out into `folder`, which must hold nothing but the clip afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "clip.mp4"
    result = asyncio.run(cutter.cut(plan, target))
    assert sorted(folder.iterdir()) == [target]
    return Cut(target, plan, result)


def content(path: Path) -> list[tuple[object, ...]]:
    """All that the tracks of a file hold, wherever it lies in it."""
    data = path.read_bytes()
    return [
        (
            *(track.kind, track.format, track.config, track.timescale),
            *(track.edit_start, track.edit_delay, track.edit_length),
            *(track.samples.dts, track.samples.duration, track.samples.composition),
            track.samples.sync,
            [
                data[a : a + n]
                for a, n in zip(track.samples.offset, track.samples.size, strict=True)
            ],
        )
        for track in read_movie(data, len(data)).tracks
    ]


def pictures(path: Path) -> list[str]:
    return [frame.picture for frame in shown(path)]


_READ: dict[str, dict[str, Any]] = {}


def read_barcodes(path: Path) -> dict[str, Any]:
    """What the barcode reader says that a viewer is shown."""
    key = sha256(path.read_bytes()).hexdigest()
    if key not in _READ:
        tool = shared() / "verify" / "barcode.py"
        argv = [sys.executable, str(tool), str(path), "--json", "--frames"]
        done = subprocess.run(argv, check=False, capture_output=True, text=True, timeout=100)
        _READ[key] = json.loads(done.stdout)
    return _READ[key]


def numbers(report: dict[str, Any]) -> list[int | None]:
    return [frame["n"] for frame in report["frame_list"]]
