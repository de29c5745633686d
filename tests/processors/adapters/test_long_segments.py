"""A clip of some seconds of a long file: the same as ever, for what the seconds cost."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from processors.adapters.footage_disk import DiskRecordings
from processors.adapters.inputs import open_inputs
from processors.adapters.splicer import Splicer
from processors.cutting.plan import CutPlan
from processors.cutting.planner import plan_cut
from processors.errors import InputError
from processors.footage.coverage import cover
from processors.footage.pattern import DEFAULT, Pattern
from processors.footage.setup import Setup, Setups
from processors.span import Span
from schemas.incident import Precision
from schemas.instant import NANOS
from tests.clips import cut
from tests.long_files import START, fragmented

pytestmark = pytest.mark.media
LATER = START + 24 * 3600 * NANOS


def plan_at(root: Path, second: int, precision: Precision = Precision.EXACT) -> CutPlan:
    """What the look gives for twenty seconds."""
    recordings = DiskRecordings(root, Setups(Setup((Pattern(DEFAULT),))))
    window = Span(START + second * NANOS, START + (second + 20) * NANOS)
    timeline = recordings.timeline("cam", window, LATER)
    recordings.close()
    plan = plan_cut(
        window,
        window.start,
        timeline,
        cover(window, timeline, LATER),
        precision=precision,
    )
    assert plan is not None
    return plan


def blind(plan: CutPlan) -> CutPlan:
    """The same without knowing where in the files anything is."""
    pieces = [replace(p, segment=replace(p.segment, landmarks=None)) for p in plan.pieces]
    return replace(plan, pieces=tuple(pieces))


@contextmanager
def bytes_read() -> Iterator[list[int]]:
    """How many this process asked the system for."""

    def now() -> int:
        return int(Path("/proc/self/io").read_text().split()[1])

    found = [now()]
    yield found
    found[0] = now() - found[0]


def read_for(root: Path, plan: CutPlan) -> int:
    with bytes_read() as found, open_inputs(root, plan):
        pass
    return found[0]


def test_ten_minutes_cost_what_one_minute_costs(tmp_path: Path) -> None:
    short, long = tmp_path / "short", tmp_path / "long"
    fragmented(short, 60)
    fragmented(long, 600)
    late = plan_at(long, 570)

    of_one, of_ten = read_for(short, plan_at(short, 30)), read_for(long, late)

    assert of_ten < 1.3 * of_one
    assert of_ten < read_for(long, blind(late)) / 15
    clip = cut(Splicer(long, timeout=60), late, tmp_path / "clip")
    other = cut(Splicer(long, timeout=60), blind(late), tmp_path / "other")
    assert clip.path.read_bytes() == other.path.read_bytes()
    assert clip.result.duration == 20 * NANOS


def test_whole_segments_are_read_whole(tmp_path: Path) -> None:
    fragmented(tmp_path, 60)

    with open_inputs(tmp_path, plan_at(tmp_path, 30, Precision.SEGMENTS)) as inputs:
        video = inputs[0].movie.track("video")
        assert video is not None
        assert len(video.samples) > 59 * 25


def test_what_was_damaged_since_the_look_is_found(tmp_path: Path) -> None:
    path = fragmented(tmp_path, 60)
    plan = plan_at(tmp_path, 30)
    data = bytearray(path.read_bytes())
    middle = data.index(b"moof", len(data) * 2 // 3)
    data[middle : middle + 4] = bytes(4)
    path.write_bytes(data)

    with (
        pytest.raises(InputError, match="changed since it was planned"),
        open_inputs(tmp_path, plan),
    ):
        pass
