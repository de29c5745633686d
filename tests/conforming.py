"""Recordings of any container, named by the second, and what a worker plans of them."""

import os
from datetime import UTC
from pathlib import Path

from processors.adapters.footage_disk import DiskRecordings
from processors.cutting.plan import CutPlan
from processors.cutting.planner import plan_cut
from processors.footage.coverage import cover
from processors.footage.setup import read_setups
from processors.span import Span
from schemas.incident import Precision
from schemas.instant import NANOS
from schemas.settings import Footage
from tests.media import run_ffmpeg

START = 1_800_000_000
"""Wall clock of the first made file; the names count seconds."""


def place(
    root: Path,
    files: list[Path],
    suffix: str,
    *args: str,
    step: int = 2,
    first: int = 0,
    joined: bool = False,
) -> list[Path]:
    """The made `files` as a camera's recordings in another container, long finished.

    They begin `first` seconds after `START`. `joined`: all of them as one file of H.264 pictures.
    """
    folder = root / "camera1"
    folder.mkdir(parents=True, exist_ok=True)
    if joined:
        files = [_joined(files)]
    placed = []
    for i, file in enumerate(files):
        path = folder / f"{START + first + i * step}{suffix}"
        options = args or ("-c", "copy")
        run_ffmpeg("-copyts", "-i", str(file), *options, "-muxdelay", "0", str(path))
        os.utime(path, (START + 1000, START + 1000))
        placed.append(path)
    return placed


def plan(
    root: Path,
    length: float,
    *,
    start: float = 0.0,
    precision: Precision = Precision.SEGMENTS,
    now: float | None = None,
) -> CutPlan:
    footage = Footage(root=root, pattern="%path/%s", timezone="UTC")
    recordings = DiskRecordings(root, read_setups(footage, lambda _: UTC))
    first = START * NANOS + round(start * NANOS)
    window = Span(first, first + round(length * NANOS))
    at = round((START + 5000 if now is None else now) * NANOS)
    try:
        timeline = recordings.timeline("camera1", window, at)
    finally:
        recordings.close()
    made = plan_cut(
        window,
        (window.start + window.end) // 2,
        timeline,
        cover(window, timeline, at),
        precision=precision,
        mixed=True,
    )
    assert made is not None
    return made


def _joined(files: list[Path]) -> Path:
    both = files[0].with_name("both.h264")
    for path in files:
        run_ffmpeg("-i", str(path), "-c", "copy", str(path.with_suffix(".h264")))
    both.write_bytes(b"".join(path.with_suffix(".h264").read_bytes() for path in files))
    return both
