"""The outside reader that comes with the recordings: it knows frames by the numbers in their pictures."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from devtools.scenarios.row import Expected
from schemas.instant import NANOS, from_ns, rfc3339, to_ns
from schemas.reason import Outcome

_LIMIT = 120


@dataclass(frozen=True, slots=True)
class Reader:
    """`verify/expected.py` and `verify/barcode.py` of the set at `footage`."""

    footage: Path

    def expected(
        self, truth: Path, start: int, end: int, files: Sequence[Path], zone_minutes: int = 0
    ) -> tuple[Expected, list[int]]:
        """What a truthful answer says, and which frames it must show."""
        found = self._run(
            "expected.py", "--json", "--truth", str(truth), "--from", rfc3339(from_ns(start)),
            "--to", rfc3339(from_ns(end)), "--name-tz-minutes", str(zone_minutes),
            *map(str, files),
        )  # fmt: skip
        frames = _numbers(found["expect"])
        gaps = [(_ns(a), _ns(b)) for a, b, *_ in found["gaps"]]
        outcome = Outcome.PARTIAL if gaps else Outcome.COMPLETE
        if not frames:
            outcome = Outcome.FAILED
        return Expected(outcome, found["coverage"], gaps), frames

    def shown(self, clip: Path, truth: Path) -> tuple[list[int], list[str]]:
        """The frames of a clip in the order in which a viewer sees them, and what is wrong with it."""
        found = self._run("barcode.py", str(clip), "--json", "--frames", "--truth", str(truth))
        if "frame_list" not in found:
            return [], ["cannot be decoded"]
        signs = ("decoder_complaints", "nonmonotonic_n", "nonmonotonic_t", "repeated")
        frames = [frame["n"] for frame in found["frame_list"] if frame.get("n") is not None]
        return frames, [f"{sign}: {found[sign]}" for sign in signs if found.get(sign)]

    def _run(self, tool: str, *words: str) -> dict[str, Any]:
        command = [sys.executable, str(self.footage / "verify" / tool), *words]
        done = subprocess.run(command, capture_output=True, timeout=_LIMIT, check=False)
        found: dict[str, Any] = json.loads(done.stdout or b"{}")
        return found


def _ns(text: str) -> int:
    return to_ns(datetime.fromisoformat(text)) // NANOS * NANOS + _fraction(text)


def _fraction(text: str) -> int:
    return int(text.rstrip("Z").rpartition(".")[2].ljust(9, "0"))


def _numbers(text: str) -> list[int]:
    numbers: list[int] = []
    for part in (text or "").split(","):
        first, _, last = part.partition("-")
        if first:
            numbers += range(int(first), int(last or first) + 1)
    return numbers
