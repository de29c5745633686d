"""The scenarios of a file that grows: copies of it, taken while it was written, at their own times."""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from devtools.scenarios.reader import Reader
from devtools.scenarios.row import Gaps, Row
from processors.adapters.footage_disk import DiskRecordings
from processors.footage.coverage import cover
from processors.footage.pattern import Pattern
from processors.footage.setup import Setup, Setups
from processors.span import Span
from schemas.instant import NANOS

_SETUPS = Setups(Setup((Pattern("%path/%Y-%m-%d_%H-%M-%S-%f"),)))
_BEFORE, _AFTER = 3 * NANOS, 10 * NANOS
_FRAME = NANOS // 25
_REORDERED = 3.05


def rows(footage: Path) -> Iterator[Row]:
    """Each copy that differs from the one before: up to when it covers, and that it claims no more."""
    for listed in sorted((footage / "growing").glob("*/copies.json")):
        told = json.loads(listed.read_text())
        with TemporaryDirectory(prefix="scenario-") as folder:
            grown = Path(folder) / told["camera"] / told["segment"]
            shutil.copytree(footage / "recordings" / told["camera"], grown.parent)
            for later in [p for p in grown.parent.iterdir() if p.name >= grown.name]:
                later.unlink()
            recordings = DiskRecordings(Path(folder), _SETUPS)
            growth = _Growth(footage, listed.parent, told["camera"], grown, recordings)
            try:
                yield from (growth.row(c) for c in told["copies"] if "same_as_earlier" not in c)
            finally:
                recordings.close()


@dataclass(frozen=True, slots=True)
class _Growth:
    """One file on its way; `recordings` is one for all copies, for it follows the file."""

    footage: Path
    copies: Path
    camera: str
    grown: Path
    recordings: DiskRecordings

    def row(self, copy: dict[str, Any]) -> Row:
        """The next copy takes the place of the one before."""
        shutil.copyfile(self.copies / copy["copy"], self.grown)
        os.utime(self.grown, ns=(copy["mtime_ns"], copy["mtime_ns"]))
        now = copy["wall_after_ns"]
        window = Span(now - _BEFORE, now + _AFTER)
        true = self._true(window)
        timeline = self.recordings.timeline(self.camera, window, now)
        (segment,) = [s for s in timeline.segments if s.path.endswith(self.grown.name)]
        said = _reach(
            [(g.span.start, g.span.end) for g in cover(window, timeline, now).gaps], window
        )
        behind = (true - said) / _FRAME
        return Row(
            f"growing, {copy['copy'].removesuffix('.mp4')}: {copy.get('whole_parts', 0)} parts",
            self.camera,
            "-",
            f"covers {(true - window.start) / NANOS:.3f} s",
            f"covers {(said - window.start) / NANOS:.3f} s, {segment.state}",
            abs(behind),
            # The last pictures of a part may have to wait for the next one, which tells their order.
            () if -0.05 <= behind <= _REORDERED else ("reach",),
        )

    def _true(self, window: Span) -> int:
        files = [p for p in self.grown.parent.iterdir() if p.stat().st_size]
        truth = self.footage / "truth" / f"{self.camera}.json"
        expected, _ = Reader(self.footage).expected(truth, window.start, window.end, files)
        return _reach(expected.gaps, window)


def _reach(gaps: Gaps, window: Span) -> int:
    """The end of what is covered from the window's start on."""
    return gaps[0][0] if gaps else window.end
