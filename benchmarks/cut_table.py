"""The goals of cutting beside one run of `benchmarks.cut`, as a table for `docs/cutting.md`.

`python -m benchmarks.cut_table RUN.json` writes it there, between two marks.
"""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]
PAGE = Path(__file__).parents[1] / "docs" / "cutting.md"
_BEGIN, _END = "<!-- measured -->\n", "<!-- /measured -->"
_SHARES = "xfs"
_SIZES, _INPUTS = ("8MB", "44MB"), ("mp4", "fmp4")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: which rows of the run it shows, and what they should come to."""

    says: str
    way: str
    goals: tuple[float, float] | None = None
    """Of clips of 8 and of 44 MB."""
    checksum: str = "none"
    durable: bool = False
    processes: int = 1
    to: str | None = None
    """The way that it is compared with; raw copy where that is not said."""
    cache: str = "hot"
    shared: bool = False
    """Whether on a file system where clips share blocks with their footage."""

    def value(self, rows: Sequence[Row], size: str, layout: str) -> float | None:
        """What was measured; None where it was not."""
        there = [row for row in rows if (row["fs"] == _SHARES) is self.shared]
        mine, other = (self._row(there, size, layout, way) for way in (self.way, self.to))
        if mine is None or (self.to and other is None):
            return None
        if other is None:
            return float(mine["ratio_to_raw"])
        return float(mine["clips_per_s"] / other["clips_per_s"])

    def _row(self, rows: Sequence[Row], size: str, layout: str, way: str | None) -> Row | None:
        wanted = {
            "way": way,
            "size": size,
            "input": layout,
            "checksum": self.checksum,
            "durable": self.durable,
            "processes": self.processes,
            "cache": self.cache,
        }
        return next((row for row in rows if wanted.items() <= row.items()), None)


LINES = [
    Line("cut only", "ours-unproven", (0.7, 0.9)),
    Line("cut only, sha256", "ours-unproven", checksum="sha256"),
    Line("planned, read, cut, proven", "ours", (0.6, 0.85)),
    Line("the same, sha256", "ours", checksum="sha256"),
    Line("cut only, durable", "ours-unproven", (0.8, 0.95), durable=True),
    Line("planned, read, cut, proven, durable", "ours", durable=True),
    Line("the same, sha256", "ours", checksum="sha256", durable=True),
    Line("exact, to whole segments", "ours-exact", (0.83, 0.83), to="ours"),
    Line("two processes of the worker's pool", "ours-pool", processes=2),
    Line("the pool, to two bare processes", "ours-pool", processes=2, to="ours"),
    Line("two threads, to two bare processes", "ours-threads", processes=2, to="ours"),
    Line("PyAV, in process", "pyav"),
    Line("ffmpeg as people write it", "ffmpeg"),
    Line("static ffmpeg without probing", "ffmpeg-static"),
    Line("XFS: cut only", "ours-unproven", shared=True),
    Line("XFS: planned, read, cut, proven", "ours", shared=True),
    Line("XFS: the same, sha256", "ours", checksum="sha256", shared=True),
    Line("XFS: the same, not in memory before", "ours", cache="cold", shared=True),
    Line("XFS: cut only, durable", "ours-unproven", (2, 8), durable=True, shared=True),
    Line("XFS: planned, read, cut, proven, durable", "ours", (1.5, 4), durable=True, shared=True),
]


def table(rows: Sequence[Row]) -> str:
    """All lines, in Markdown."""
    columns = [(size, layout) for size in _SIZES for layout in _INPUTS]
    head = ["", *(f"goal {size}" for size in _SIZES), *(f"{size} {kind}" for size, kind in columns)]
    lines = [head, ["---"] * len(head)]
    for line in LINES:
        goals = [f">= {goal:g}" for goal in line.goals] if line.goals else ["", ""]
        values = [line.value(rows, *column) for column in columns]
        lines.append([line.says, *goals, *("" if v is None else f"{v:.2f}" for v in values)])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def placed(page: str, made: str) -> str:
    """`page` with the table between its marks."""
    before, rest = page.split(_BEGIN)
    return before + _BEGIN + made + _END + rest.split(_END)[1]


def main(argv: Sequence[str], write: Callable[[str], object] = PAGE.write_text) -> None:
    """Writes the page again."""
    rows = json.loads(Path(argv[0]).read_text())
    write(placed(PAGE.read_text(), table(rows)))


if __name__ == "__main__":
    main(sys.argv[1:])
