"""What an exact clip of 20 s costs at the end of segments of 5 s to an hour."""

import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC
from pathlib import Path

from devtools.camera.loop import Encoding
from devtools.camera.record import record
from devtools.camera.recorder import Place
from devtools.camera.stream import Session
from processors.adapters.ffmpeg import find_ffmpeg
from processors.adapters.footage_disk import DiskRecordings
from processors.adapters.inputs import open_inputs
from processors.adapters.splicer import Splicer
from processors.cutting.plan import CutPlan
from processors.cutting.planner import plan_cut
from processors.footage.coverage import cover
from processors.footage.pattern import DEFAULT, Pattern
from processors.footage.setup import Setup, Setups
from processors.span import Span
from schemas.clip_settings import Checksum
from schemas.incident import Precision
from schemas.instant import NANOS

_WINDOW = 20
"""Seconds."""
_START = 1_700_000_000 * NANOS
_CAMERA = Encoding(width=160, height=90, seconds=2)
"""Pictures so small that bytes hardly count."""


def rows(lengths: tuple[int, ...], rounds: int) -> Iterator[dict[str, object]]:
    """A row for segments of so many seconds each, as MediaMTX writes them and as plain MP4."""
    for seconds in lengths:
        for layout in ("fmp4", "mp4"):
            with tempfile.TemporaryDirectory(prefix="bench-look-") as folder:
                root = Path(folder)
                _record(root / "footage", seconds, layout)
                yield {"segment_s": seconds, "input": layout, **_measure(root, seconds, rounds)}


def _record(root: Path, seconds: int, layout: str) -> None:
    place = Place(root, "cam", DEFAULT, UTC, segment=seconds * NANOS)
    record(place, [Session(_CAMERA, _START, max(seconds, 2 * _WINDOW))], seed=1)
    for path in (root / "cam").iterdir() if layout == "mp4" else ():
        made = path.with_suffix(".made.mp4")
        argv = [find_ffmpeg().path, "-nostdin", "-v", "error", "-i", str(path), "-c", "copy"]
        subprocess.run([*argv, str(made)], check=True, timeout=60)
        made.replace(path)


def _measure(root: Path, seconds: int, rounds: int) -> dict[str, object]:
    recordings = DiskRecordings(root / "footage", Setups(Setup((Pattern(DEFAULT),))))
    end = _START + (max(seconds, 2 * _WINDOW) - 2) * NANOS
    window = Span(end - _WINDOW * NANOS, end)

    def look() -> CutPlan:
        timeline = recordings.timeline("cam", window, end + 3600 * NANOS)
        found = cover(window, timeline, end + 3600 * NANOS)
        plan = plan_cut(window, end, timeline, found, precision=Precision.EXACT)
        assert plan is not None
        return plan

    first, _ = _cost(look)
    costs = [_cost(look)[0] for _ in range(rounds)]
    plan = look()
    recordings.close()
    footage = root / "footage"
    return {
        "first_look_ms": round(first, 2),
        "look_ms": round(statistics.median(costs), 2),
        **_named("read", [_cost(lambda: _open(footage, plan)) for _ in range(rounds)]),
        **_named("cut", [_cost(lambda: _cut(root, plan)) for _ in range(rounds)]),
        **_named("blind_cut", [_cost(lambda: _cut(root, _blind(plan))) for _ in range(rounds)]),
    }


def _open(footage: Path, plan: CutPlan) -> None:
    with open_inputs(footage, plan):
        pass


def _cut(root: Path, plan: CutPlan) -> None:
    target = root / "clip.mp4"
    target.unlink(missing_ok=True)
    splicer = Splicer(root / "footage", timeout=60, checksum=Checksum.NONE, durable=False)
    splicer.cut_now(plan, target)


def _blind(plan: CutPlan) -> CutPlan:
    """The same without knowing where in files of fragments anything is: what it would cost."""
    pieces = [replace(p, segment=replace(p.segment, landmarks=None)) for p in plan.pieces]
    return replace(plan, pieces=tuple(pieces))


def _cost(work: Callable[[], object]) -> tuple[float, int]:
    """Milliseconds, and bytes that the system was asked to read."""
    before, start = _bytes_read(), time.perf_counter()
    work()
    taken = (time.perf_counter() - start) * 1000
    return taken, _bytes_read() - before


def _bytes_read() -> int:
    """By this process, by any call (source: proc_pid_io(5))."""
    return int(Path("/proc/self/io").read_text().split()[1])


def _named(name: str, costs: list[tuple[float, int]]) -> dict[str, object]:
    return {
        f"{name}_ms": round(statistics.median(taken for taken, _ in costs), 2),
        f"{name}_bytes": round(statistics.median(count for _, count in costs)),
    }
