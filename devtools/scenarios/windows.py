"""The windows of a set of real recordings, as its README lists them."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from schemas.instant import to_ns

_DAY = "2026-11-24"
_USUAL = "%path/%Y-%m-%d_%H-%M-%S-%f"
_SEED = "%path/%path_%Y%m%d_%H%M%S"


@dataclass(frozen=True, slots=True)
class Window:
    """A row of the table "Interesting windows"."""

    what: str
    camera: str
    root: Path
    pattern: str
    zone: str
    start: int
    end: int
    truth: Path
    """Which frames the camera sent, and when."""

    @property
    def folder(self) -> Path:
        """The camera's files."""
        return self.root / self.camera


def read_windows(footage: Path) -> list[Window]:
    """All windows of the set at `footage`."""
    table = (footage / "README.md").read_text().split("## Interesting windows")[1].split("## ")[0]
    cells = [[c.strip() for c in line.strip("| ").split("|")] for line in table.splitlines()]
    special = json.loads((footage / "patterns.json").read_text())
    return [_window(footage, row, special) for row in cells if len(row) >= 8 and "`" in row[1]]


def _window(footage: Path, row: list[str], special: dict[str, list[str]]) -> Window:
    camera = row[1].strip("`")
    start, end = (to_ns(datetime.fromisoformat(f"{_DAY}T{t}Z")) for t in row[2].split("-"))
    seed = (footage / "mediamtx_clips" / camera).is_dir()
    pattern, zone = special.get(camera, (_SEED if seed else _USUAL, "UTC"))
    return Window(
        row[0],
        camera,
        footage / ("mediamtx_clips" if seed else "recordings"),
        pattern,
        zone,
        start,
        end,
        footage / "truth" / f"{camera.replace('/', '__')}.json",
    )
