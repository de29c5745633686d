"""What a look at a camera costs with 100, 10,000 and 100,000 segments: `python -m benchmarks.look`.

The segments are hard links to one real file, so names and folders are as many as they would be and
the disk is not filled. Three figures a size: the first look after a start, a look at a folder that
did not change, and a look just after a new file came, at a window that the files before it cover (one
that they do not cover costs the reading of the folder's names).
"""

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from processors.adapters.footage_disk import DiskRecordings
from processors.footage.pattern import DEFAULT, Pattern
from processors.footage.setup import Setup, Setups
from processors.span import Span
from schemas.instant import NANOS, to_ns

_FOOTAGE = Path(__file__).parents[1] / "tests/footage/mediamtx_clips/camera1"
_START = datetime(2026, 11, 18, tzinfo=UTC)
_EVERY = timedelta(seconds=5)
_ROUNDS = 50
_LINKS = 60_000
"""A file system allows about 65,000 links to a file."""


def milliseconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def fill(root: Path, count: int) -> None:
    """A camera with `count` segments."""
    # Without the recorder's clock in it: here the names are right.
    source = next(_FOOTAGE.iterdir()).read_bytes().replace(b"mtxi", b"free")
    (root / "cam").mkdir()
    for i in range(count):
        if i % _LINKS == 0:
            original = root / f"original-{i}"
            original.write_bytes(source)
        name = Pattern(DEFAULT).encode("cam", _START + i * _EVERY, UTC)
        (root / name).hardlink_to(original)


def measure(count: int) -> dict[str, float]:
    """The three figures, in milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        fill(root, count)
        recordings = DiskRecordings(root, Setups(Setup((Pattern(DEFAULT),))))
        end = to_ns(_START + count * _EVERY)
        window = Span(end - 30 * NANOS, end - 10 * NANOS)

        def look() -> None:
            recordings.timeline("cam", window, end)

        first = milliseconds(look)
        time.sleep(0.1)  # noqa: TID251  # until the folder counts as settled
        look()
        resting = [milliseconds(look) for _ in range(_ROUNDS)]
        changed = []
        for i in range(10):
            name = Pattern(DEFAULT).encode("cam", _START + (count + i) * _EVERY, UTC)
            (root / name).hardlink_to(next(root.glob("original-*")))
            changed.append(milliseconds(look))
        return {
            "segments": count,
            "first_ms": round(first, 1),
            "unchanged_ms": round(statistics.median(resting), 2),
            "after_a_new_file_ms": round(statistics.median(changed), 2),
        }


if __name__ == "__main__":
    for size in (100, 10_000, 100_000):
        print(json.dumps(measure(size)), flush=True)
