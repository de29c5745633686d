"""Real recordings through the timeline: checked against what is known of them."""

import json
import os
import shutil
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from processors.adapters.footage_disk import DiskRecordings
from processors.footage.coverage import Coverage, cover
from processors.footage.pattern import Pattern
from processors.footage.segment import SegmentState, Timeline
from processors.footage.setup import Setup, Setups
from processors.span import Span
from schemas.instant import NANOS, to_ns
from schemas.reason import GapCause
from tests.recordings import SMALL, shared, take

SEED = "%path/%path_%Y%m%d_%H%M%S"
DEFAULT = "%path/%Y-%m-%d_%H-%M-%S-%f"
DEFAULT_SETUP = Setups(Setup((Pattern(DEFAULT),)))
FRAME = 40_000_000
EXPECTED: list[dict[str, Any]] = json.loads((SMALL / "expected.json").read_text())


def ns(text: str) -> int:
    return to_ns(datetime.fromisoformat(text))


def clock(text: str) -> int:
    """A time of the day of the recordings."""
    return ns(f"2026-11-24T{text}Z")


def later() -> int:
    """Long after the files were laid down here."""
    return time.time_ns() + 3600 * NANOS


def look(
    root: Path, camera: str, window: Span, pattern: str = DEFAULT, zone: str = "UTC"
) -> tuple[Timeline, Coverage]:
    recordings = DiskRecordings(root, Setups(Setup((Pattern(pattern),), ZoneInfo(zone))))
    try:
        timeline = recordings.timeline(camera, window, later())
    finally:
        recordings.close()
    return timeline, cover(window, timeline, later())


def agree(expected: dict[str, Any], timeline: Timeline, found: Coverage) -> None:
    """Both within a frame; files to the microsecond that the ground truth is written in."""
    gaps = [(ns(a), ns(b)) for a, b, *_ in expected["gaps"]]
    assert len(found.gaps) == len(gaps)
    for gap, (start, end) in zip(found.gaps, gaps, strict=True):
        assert abs(gap.span.start - start) <= FRAME
        assert abs(gap.span.end - end) <= FRAME
    assert found.share == pytest.approx(expected["coverage"], abs=0.001)
    segments = {Path(s.path).name: s for s in timeline.segments}
    for name, (start, end) in expected["files"].items():
        assert segments[name].span.start == pytest.approx(ns(start), abs=2000)
        assert segments[name].span.end == pytest.approx(ns(end), abs=2_000_000)


@pytest.mark.parametrize("row", EXPECTED, ids=lambda row: f"{row['camera']} {row['from'][11:]}")
def test_the_small_set_agrees_with_its_ground_truth(row: dict[str, Any]) -> None:
    window = Span(ns(row["from"]), ns(row["to"]))
    found = look(SMALL / row["root"], row["camera"], window, row["pattern"], row["zone"])
    agree(row, *found)


def _windows() -> list[list[str]]:
    """The table "Interesting windows" of the shared set: what, camera, window."""
    readme = SMALL.parents[2] / "shared/footage/README.md"
    if not readme.is_file():
        return []
    table = readme.read_text().split("## Interesting windows")[1].split("## ")[0]
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in table.splitlines()]
    return [row for row in rows if len(row) >= 8 and row[1].startswith("`")]


@pytest.mark.footage
@pytest.mark.parametrize("row", _windows() or [None], ids=lambda row: row and row[0])
def test_the_whole_set_agrees_with_its_ground_truth(row: list[str] | None) -> None:
    root = shared()
    assert row is not None
    camera = row[1].strip("`")
    start, end = (f"2026-11-24T{part}Z" for part in row[2].split("-"))
    seed = (root / "mediamtx_clips" / camera).is_dir()
    folder = root / ("mediamtx_clips" if seed else "recordings")
    special = json.loads((root / "patterns.json").read_text())
    pattern, zone = special.get(camera, (SEED if seed else DEFAULT, "UTC"))
    command = [
        sys.executable, str(root / "verify/expected.py"), "--json", "--from", start, "--to", end,
        "--truth", str(root / "truth" / (camera.replace("/", "__") + ".json")),
        "--name-tz-minutes", "0" if zone == "UTC" else "330", str(folder / camera),
    ]  # fmt: skip
    done = subprocess.run(command, check=True, capture_output=True, timeout=100)
    expected = json.loads(done.stdout)
    expected["files"] = {
        s["file"]: (s["first_wall"], s["end_wall"]) for s in expected["segments_touching"]
    }
    agree(expected, *look(folder, camera, Span(ns(start), ns(end)), pattern, zone))


def test_footage_is_never_touched(tmp_path: Path) -> None:
    take(SMALL / "recordings/full-1", tmp_path / "full-1")
    before = {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in (tmp_path / "full-1").iterdir()}
    look(tmp_path, "full-1", Span(clock("08:38:06"), clock("08:38:26")))
    after = {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in (tmp_path / "full-1").iterdir()}
    assert before == after


@pytest.mark.parametrize(
    ("camera", "start", "end", "causes"),
    [
        ("crash-1", "08:23:35", "08:23:55", [GapCause.RECORDER_DOWN]),
        ("flap-1", "08:23:45", "08:24:05", [GapCause.NOT_RECORDED]),
        ("full-1", "08:38:06", "08:38:26", [GapCause.NOT_RECORDED, GapCause.UNREADABLE]),
        ("crash-1", "08:23:05", "08:23:20", [GapCause.EXPIRED]),
    ],
)
def test_gaps_have_their_causes(camera: str, start: str, end: str, causes: list[GapCause]) -> None:
    _, found = look(SMALL / "recordings", camera, Span(clock(start), clock(end)))
    assert [gap.cause for gap in found.gaps] == causes


def test_a_growing_file_is_followed_part_by_part(tmp_path: Path) -> None:
    recordings = DiskRecordings(tmp_path, DEFAULT_SETUP)
    target = tmp_path / "grow-b/2026-11-24_08-24-13-563907.mp4"
    target.parent.mkdir()
    window = Span(clock("08:24:14"), clock("08:24:18"))
    states, ends = [], []
    for copy in sorted((SMALL / "growing/grow-b").iterdir()):
        with target.open("r+b" if target.exists() else "wb") as file:
            file.write(copy.read_bytes())  # in place, as the recorder does
        now = target.stat().st_mtime_ns + NANOS // 2
        (segment,) = recordings.timeline("grow-b", window, now).segments
        states.append(segment.state)
        ends.append(segment.span.end)
        assert segment.size == copy.stat().st_size
    assert states == [
        SegmentState.EMPTY,
        SegmentState.GROWING,
        SegmentState.GROWING,
        SegmentState.COMPLETE,
    ]
    assert ends[1:] == sorted(set(ends[1:]))
    assert ends[3] - ends[1] > 4 * NANOS


def test_a_file_that_vanishes_is_a_normal_case(tmp_path: Path) -> None:
    take(SMALL / "recordings/crash-1", tmp_path / "crash-1")
    recordings = DiskRecordings(tmp_path, DEFAULT_SETUP)
    window = Span(clock("08:23:31"), clock("08:23:40"))
    first = recordings.timeline("crash-1", window, later())
    (tmp_path / first.segments[1].path).unlink()
    second = recordings.timeline("crash-1", window, later())
    assert first.segments[1].path not in {s.path for s in second.segments}
    assert cover(window, second, later()).share < 1
    shutil.rmtree(tmp_path / "crash-1")
    assert not recordings.timeline("crash-1", window, later()).known


def test_names_of_another_zone_are_seen_through(tmp_path: Path) -> None:
    """The recorder writes local names, and nobody told us: the clock in the files knows."""
    root = take(SMALL / "recordings/tzlocal-1", tmp_path / "tzlocal-1").parent
    window = Span(clock("08:24:48"), clock("08:24:49"))
    timeline, found = look(root, "tzlocal-1", window, zone="UTC")
    assert found.share == 1
    assert timeline.name_off == pytest.approx(5.5 * 3600 * NANOS, abs=NANOS)
    assert timeline.newest is not None
    assert timeline.newest < clock("08:25:00")


def test_a_file_with_a_wrong_name_is_told_once_and_stays_in_its_place(tmp_path: Path) -> None:
    folder = take(SMALL / "recordings/crash-1", tmp_path / "crash-1")
    wrong = folder / "2026-11-24_08-23-45-000000.mp4"
    (folder / "2026-11-24_08-23-35-561875.mp4").rename(wrong)
    recordings = DiskRecordings(tmp_path, DEFAULT_SETUP)
    window = Span(clock("08:23:37"), clock("08:23:40"))
    with capture_logs() as lines:
        found = [recordings.timeline("crash-1", window, later()) for _ in range(2)]
    assert cover(window, found[0], later()).share == 1
    (line,) = lines
    assert (line["event"], line["file"]) == ("footage.names_off", f"crash-1/{wrong.name}")
    assert line["seconds"] == 9


@pytest.mark.parametrize("hour", [0, 1])
def test_the_doubled_hour_is_decided_by_the_time_of_the_last_change(
    tmp_path: Path, hour: int
) -> None:
    """MPEG-TS has no clock of its own: 02:30 in Berlin, once in summer and once in winter time."""
    true = ns("2026-10-25T00:30:00Z") + hour * 3600 * NANOS
    target = tmp_path / "cam/2026-10-25_02-30-00-000000.ts"
    take(SMALL / "recordings/ts-1/2026-11-24_08-23-32-496167.ts", target)
    os.utime(target, ns=(true + 5 * NANOS, true + 5 * NANOS))
    timeline, found = look(
        tmp_path, "cam", Span(true + NANOS, true + 4 * NANOS), zone="Europe/Berlin"
    )
    assert found.share == 1
    assert timeline.segments[0].uncertainty < NANOS


def test_a_new_file_among_thousands_is_seen_when_a_window_lacks_it(tmp_path: Path) -> None:
    folder = take(SMALL / "mediamtx_clips/camera1", tmp_path / "camera1")
    for i in range(2100):
        (folder / f"camera1_20261120_{i // 3600:02}{i // 60 % 60:02}{i % 60:02}.mp4").touch()
    *_, before, last = sorted(folder.iterdir())
    last.rename(tmp_path / "aside")
    recordings = DiskRecordings(tmp_path, Setups(Setup((Pattern(SEED),))))
    middle = Span(clock("08:23:20"), clock("08:24:50"))
    found = recordings.timeline("camera1", middle, later()).segments
    known = [s for s in found if s.state is SegmentState.COMPLETE]
    assert Path(known[-1].path).name == before.name
    (tmp_path / "aside").rename(last)
    covered = Span(known[0].span.start + NANOS, known[-1].span.end - NANOS)
    lacking = Span(known[-1].span.end - NANOS, known[-1].span.end + NANOS)
    assert cover(covered, recordings.timeline("camera1", covered, later()), later()).share == 1
    assert cover(lacking, recordings.timeline("camera1", lacking, later()), later()).share == 1
