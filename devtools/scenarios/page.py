"""The table as a page of the documentation. Pure."""

from collections.abc import Mapping, Sequence

from devtools.contracts.tables import table
from devtools.scenarios.row import Row

_HEAD = """# Scenarios

What recordings must give, what they gave, and by how many frames the gap that is furthest off was.
Written by `make scenarios`; nothing here is typed by hand. A row is wrong if its outcome differs, if a gap is more than one frame
off, if a frame that was recorded is not shown (of real recordings; the window's first and last may be rounding), or if the clip
cannot be decoded to its end. Gaps of an answer without a clip are not compared.
"""
_PARTS = {
    "recorded": """## Real recordings

MediaMTX's own files, with everything that a worker can do. What is expected comes from an outside reader that knows
every frame by the number in its picture.
""",
    "growing": """## A file that grows

Copies of one file, taken while the recorder wrote it, each looked at at its own time, with the files before it in place.
Covered are the seconds from 3 s before that time. Never more may be claimed than is there; up to three frames less, where the
order of the last pictures (B-frames) is open until the next part.
""",
    "replayed": """## A file that grows, at its own pace

The same copies put in place one after the other as the seconds pass once more, and an incident while they do: 5 s before, 1.5 s
after. The product waits as a worker does.
""",
    "spoilt": """## Spoilt recordings

One of five files of two seconds is spoilt, mostly the middle one; the window is the seconds 1 to 9. What is expected is the list
of the tests. *copying* are all ways that encode nothing, as a worker tries them one after the other; *splice*, *ffmpeg* and
*transcode* are one way alone, and of the first two each may refuse what it cannot cut.
""",
}
_COLUMNS = ("Precision", "Expected", "Got", "Frames off", "")


def page(tables: Mapping[str, Sequence[Row]]) -> str:
    """All tables, with what they come to."""
    rows = [row for found in tables.values() for row in found]
    wrong = [row for row in rows if row.faults]
    lies = sum(row.got.startswith("complete") for row in wrong)
    sums = f"{len(rows)} rows, {len(wrong)} wrong, {lies} of them called complete."
    parts = [f"{_PARTS[name]}\n{_table(name, found)}" for name, found in tables.items()]
    return "\n".join([_HEAD, f"**{sums}**\n", *parts])


def _table(name: str, rows: Sequence[Row]) -> str:
    of = "By" if name == "spoilt" else "Camera"
    return table(("Scenario", of, *_COLUMNS), [_cells(row) for row in rows]) + "\n"


def _cells(row: Row) -> tuple[str, ...]:
    off = "-" if row.error is None else f"{row.error:.2f}"
    return (
        row.scenario,
        row.of,
        row.precision,
        row.expected,
        row.got,
        off,
        "; ".join(row.faults) or "ok",
    )
