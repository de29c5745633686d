"""Plain files of uneven pictures: none of them says how long its last picture stood."""

import os
from datetime import UTC
from pathlib import Path

import pytest

from processors.adapters.footage_disk import DiskRecordings
from processors.adapters.splicer import Splicer
from processors.cutting.plan import CutPlan
from processors.cutting.planner import plan_cut
from processors.footage.coverage import cover
from processors.footage.pattern import DEFAULT, Pattern
from processors.footage.setup import Setup, Setups
from processors.mp4.reader import read_movie
from processors.span import Span
from schemas.incident import Precision
from schemas.instant import NANOS, from_ns
from tests.clips import cut
from tests.media import H264, run_ffmpeg

pytestmark = pytest.mark.media
START = 1_795_508_600 * NANOS
FILES, LENGTH = 5, 2
LATER = START + 3600 * NANOS


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten seconds with sound, of which the last 0.28 s of every two have no new picture."""
    folder = tmp_path_factory.mktemp("uneven")
    (folder / "cam").mkdir()
    kept = "lt(mod(n\\,50)\\,44)*(gt(mod(n\\,7)\\,3)+not(mod(n\\,50)))"
    run_ffmpeg(
        "-f", "lavfi", "-i", f"testsrc2=size=160x90:rate=25:duration={FILES * LENGTH}",
        "-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=48000:duration={FILES * LENGTH}",
        "-vf", f"select={kept}", "-fps_mode", "vfr", *H264, "-bf", "0",
        "-force_key_frames", "expr:gte(t,n_forced*2)", "-c:a", "aac", str(folder / "whole.mp4"),
    )  # fmt: skip
    run_ffmpeg(
        "-i", str(folder / "whole.mp4"), "-c", "copy", "-f", "segment", "-segment_time", str(LENGTH),
        "-reset_timestamps", "1", str(folder / "%d.mp4"),
    )  # fmt: skip
    for i in range(FILES):
        start = START + LENGTH * i * NANOS
        file = (folder / f"{i}.mp4").rename(
            folder / Pattern(DEFAULT).encode("cam", from_ns(start), UTC)
        )
        os.utime(file, ns=(start + LENGTH * NANOS, start + LENGTH * NANOS))
    return folder


def planned(root: Path, start: float, end: float, precision: Precision) -> CutPlan:
    recordings = DiskRecordings(root, Setups(Setup((Pattern(DEFAULT),))))
    window = Span(START + round(start * NANOS), START + round(end * NANOS))
    timeline = recordings.timeline("cam", window, LATER)
    recordings.close()
    coverage = cover(window, timeline, LATER)
    assert coverage.share == 1
    plan = plan_cut(window, window.start, timeline, coverage, precision=precision)
    assert plan is not None
    return plan


def test_time_and_sound_go_on_where_files_meet(root: Path, tmp_path: Path) -> None:
    plan = planned(root, 2.5, 7.5, Precision.SEGMENTS)

    made = cut(Splicer(root, timeout=30), plan, tmp_path)

    assert len(plan.pieces) == 3
    assert made.result.duration / NANOS == pytest.approx(6, abs=0.05)
    data = made.path.read_bytes()
    sound = read_movie(data, len(data)).track("audio")
    assert sound is not None
    assert sum(sound.samples.duration) / sound.timescale == pytest.approx(6, abs=0.05)


def test_an_exact_clip_ends_with_its_window_though_no_picture_begins_there(
    root: Path, tmp_path: Path
) -> None:
    plan = planned(root, 2.5, 5.95, Precision.EXACT)

    made = cut(Splicer(root, timeout=30), plan, tmp_path)

    assert made.result.span.end == plan.window.end
