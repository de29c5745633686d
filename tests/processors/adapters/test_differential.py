"""Random windows of every kind of footage: what we splice is what ffmpeg reads of the recordings.

One window of a few here; `make differential` takes 200 of all (`CLIPS_WINDOWS`).
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from processors.adapters.cutter import FfmpegCutter
from processors.adapters.splicer import Splicer
from processors.cutting.plan import CutPlan
from processors.errors import CutError
from processors.footage.segment import Segment, SegmentState
from processors.ports import Cutter
from schemas.incident import Precision
from tests.clips import cut, plan_of
from tests.differential import compare, frames_in, windows
from tests.media import ffmpeg
from tests.scenarios import FEW, MADE, REAL, Scenario

pytestmark = [pytest.mark.media, pytest.mark.timeout(7200)]

WINDOWS = int(os.environ.get("CLIPS_WINDOWS", "1"))
"""Of each scenario and precision."""


def few(scenarios: list[Scenario]) -> list[Scenario]:
    return [one for one in scenarios if one.name in FEW or "CLIPS_WINDOWS" in os.environ]


def bring(scenario: Scenario, root: Path) -> list[Segment]:
    """The files, cut to what the timeline says may be read of them."""
    segments = scenario.bring(root)
    for segment in segments:
        os.truncate(root / segment.path, segment.size)
    return segments


def plans(segments: list[Segment], seed: str, precision: Precision) -> Iterator[CutPlan]:
    """Of random windows that touch footage; whole segments are cut once however often asked for."""
    cut_already = set()
    readable = [s for s in segments if s.state is not SegmentState.UNREADABLE]
    for window in windows(readable, WINDOWS, seed):
        if not any(segment.span.overlap(window) for segment in readable):
            continue
        plan = plan_of(segments, window, precision=precision)
        wanted = (plan.pieces, window if precision is Precision.EXACT else None)
        if wanted not in cut_already:
            cut_already.add(wanted)
            yield plan


def check(scenario: Scenario, precision: Precision, tmp_path: Path) -> None:
    root = tmp_path / "footage"
    segments = bring(scenario, root)
    for plan in plans(segments, str(scenario), precision):
        out = tmp_path / "out"
        ways: list[Cutter] = [Splicer(root, timeout=60)]
        if precision is Precision.SEGMENTS:
            ways.append(FfmpegCutter(ffmpeg(), root, timeout=60))
        try:
            for way in ways:
                compare(cut(way, plan, out), root)
                shutil.rmtree(out)
        except CutError as exc:
            if "no frame begins in the window" not in str(exc) or frames_in(plan, root):
                raise
        except AssertionError as exc:
            exc.add_note(f"{plan.window} of {scenario} ({segments[0].span.start})")
            raise


@pytest.mark.parametrize("precision", Precision, ids=str)
@pytest.mark.parametrize("scenario", few(MADE), ids=str)
def test_made_footage(scenario: Scenario, precision: Precision, tmp_path: Path) -> None:
    check(scenario, precision, tmp_path)


@pytest.mark.footage
@pytest.mark.parametrize("precision", Precision, ids=str)
@pytest.mark.parametrize("scenario", few(REAL), ids=str)
def test_real_footage(scenario: Scenario, precision: Precision, tmp_path: Path) -> None:
    check(scenario, precision, tmp_path)
