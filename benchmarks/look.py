"""What looking at cameras costs: `python -m benchmarks.look [--json PATH] [--quick]`.

Looks at a camera with 100, 10,000 and 100,000 segments, in one folder and in a folder for each day;
reading one segment; following a file of an hour; cutting 20 s at the end of segments of 5 s to an
hour; memory for each waiting job and each camera. The segments are hard links to one
real file, so names and folders are as many as they would be and the disk is not filled.
"""

import argparse
import json
import os
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks import look_long, look_memory
from devtools.camera.loop import Encoding
from devtools.camera.record import record
from devtools.camera.recorder import Place
from devtools.camera.stream import Ending, Session
from processors.adapters.footage_disk import DiskRecordings
from processors.footage.pattern import DEFAULT, Pattern
from processors.footage.setup import Setup, Setups
from processors.mp4.outline import read_outline
from processors.span import Span
from schemas.instant import NANOS, to_ns

_FOOTAGE = Path(__file__).parents[1] / "tests/footage/mediamtx_clips/camera1"
_START = datetime(2026, 11, 18, tzinfo=UTC)
_EVERY = timedelta(seconds=5)
_LINKS = 60_000
"""A file system allows about 65,000 links to a file."""
_DAYS = "%path/%Y-%m-%d/%H-%M-%S"
_SETTLED = 0.1
"""Seconds until a folder that did not change counts as settled."""

Row = dict[str, object]


def milliseconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


@dataclass(slots=True)
class Camera:
    """A camera whose files were written every five seconds."""

    root: Path
    pattern: Pattern
    count: int = 0
    _source: Path | None = None

    @property
    def end(self) -> int:
        """Where its footage ends, nanoseconds since the epoch."""
        return to_ns(_START + self.count * _EVERY)

    def write(self, more: int) -> None:
        """So many more segments."""
        # Without the recorder's clock in it: here the names are right.
        content = next(_FOOTAGE.iterdir()).read_bytes().replace(b"mtxi", b"free")
        for _ in range(more):
            if self._source is None or self.count % _LINKS == 0:
                self._source = self.root / f"original-{self.count}"
                self._source.write_bytes(content)
            moment = _START + self.count * _EVERY
            target = self.root / self.pattern.encode("cam", moment, UTC)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.link(self._source, target)
            self.count += 1


def looks(count: int, pattern: str, rounds: int) -> Row:
    """One row: milliseconds of each kind of look at a camera with `count` segments."""
    with tempfile.TemporaryDirectory(prefix="bench-look-") as folder:
        camera = Camera(Path(folder), Pattern(pattern))
        camera.write(count)
        recordings = DiskRecordings(Path(folder), Setups(Setup((camera.pattern,))))

        def look(ahead: int = -10) -> None:
            end = camera.end + ahead * NANOS
            recordings.timeline("cam", Span(end - 20 * NANOS, end), camera.end)

        first = milliseconds(look)
        time.sleep(_SETTLED)  # noqa: TID251 - a folder is believed when it rested
        look()
        unchanged = [milliseconds(look) for _ in range(5 * rounds)]
        covered, waiting = [], []
        for _ in range(rounds):
            camera.write(1)
            covered.append(milliseconds(lambda: look(-15)))
            waiting.append(milliseconds(lambda: look(3)))
            time.sleep(_SETTLED)  # noqa: TID251 - the same
            look(3)
        names = [milliseconds(lambda: os.listdir(camera.root / "cam")) for _ in range(rounds)]  # noqa: PTH208 - what is measured
        recordings.close()
        return {
            "segments": count,
            "pattern": pattern,
            "first_ms": round(first, 1),
            "unchanged_ms": _median(unchanged),
            "new_file_covered_ms": _median(covered),
            "new_file_waiting_ms": _median(waiting),
            "names_alone_ms": _median(names),
        }


def parsing(rounds: int) -> Row:
    """Milliseconds to read what one real segment of five seconds holds."""
    path = max(_FOOTAGE.iterdir(), key=lambda file: file.stat().st_size)
    with path.open("rb", buffering=0) as file:
        handle, size = file.fileno(), path.stat().st_size
        taken = [
            milliseconds(lambda: read_outline(lambda at, n: os.pread(handle, n, at), size))
            for _ in range(20 * rounds)
        ]
    return {"segment_bytes": size, "parse_ms": _median(taken)}


def growing(seconds: int) -> Row:
    """Milliseconds to look at a file of so many parts of a second: first, and after each new part."""
    with tempfile.TemporaryDirectory(prefix="bench-look-") as folder:
        place = Place(Path(folder), "cam", DEFAULT, UTC, segment=2 * seconds * NANOS)
        start = time.time_ns() - seconds * NANOS
        camera = Encoding(width=160, height=90, seconds=2)
        record(place, [Session(camera, start, seconds, Ending.KILLED)], seed=1)
        (path,) = (Path(folder) / "cam").iterdir()
        content = path.read_bytes()
        parts = [found.start() - 4 for found in re.finditer(b"moof", content)]
        recordings = DiskRecordings(Path(folder), Setups(Setup((Pattern(DEFAULT),))))
        end = start + (seconds - 20) * NANOS
        window = Span(end - 20 * NANOS, end)
        taken = []
        for part in parts[-20:]:
            path.write_bytes(content[:part])
            taken.append(milliseconds(lambda: recordings.timeline("cam", window, time.time_ns())))
        recordings.close()
    first, *more = taken
    return {
        "growing_file_s": seconds,
        "parts": len(parts),
        "first_ms": round(first, 1),
        "new_part_ms": _median(more),
    }


def _median(taken: Sequence[float]) -> float:
    return round(statistics.median(taken), 2)


def main() -> None:
    """Prints a row for each, and writes them where `--json` says."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.look", description=__doc__)
    parser.add_argument("--json", type=Path, help="where the rows go as one JSON array")
    parser.add_argument("--quick", action="store_true", help="no camera of 100,000, fewer rounds")
    args = parser.parse_args()
    sizes, rounds = ((100, 10_000), 3) if args.quick else ((100, 10_000, 100_000), 10)
    rows: list[Row] = []

    def tell(row: Row) -> None:
        rows.append(row)
        print(json.dumps(row), flush=True)

    for pattern in (DEFAULT, _DAYS):
        for size in sizes:
            tell(looks(size, pattern, rounds))
    tell(parsing(rounds))
    tell(growing(600 if args.quick else 3600))
    for row in look_long.rows((5, 60, 600) if args.quick else (5, 60, 600, 3600), rounds):
        tell(row)
    tell(look_memory.of_jobs(sizes[-1]))
    tell(look_memory.of_camera(sizes[-1]))
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
