"""The scenarios of a file that grows, at its own pace: the recorded seconds pass once more.

The copies of the file come one after the other as they did; an incident happens in them, and the
product waits for it as a worker does.
"""

import asyncio
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from devtools.scenarios.reader import Reader
from devtools.scenarios.recorded import NO_CLIP, faults_of
from devtools.scenarios.row import Row
from processors.adapters.clock import SystemClock
from processors.clip_job import ClipJob
from processors.look import Stale, Waiting
from processors.request import ClipRequest
from processors.span import Span
from schemas.clip import ClipCompleted
from schemas.clip_settings import Output
from schemas.incident import Precision
from schemas.instant import NANOS
from schemas.reason import Outcome
from schemas.settings import Footage, Settings
from streams.services import Services

_PATTERN = "%path/%Y-%m-%d_%H-%M-%S-%f"
_BEFORE, _AFTER = 5 * NANOS, 3 * NANOS // 2
_WITHIN = 2.5
"""Seconds: the recorder takes up to 1.75 s to write a frame, the copies are 0.37 s apart."""


def rows(footage: Path) -> Iterator[Row]:
    """Each file that grew, in each precision."""
    for listed in sorted((footage / "growing").glob("*/copies.json")):
        told = json.loads(listed.read_text())
        for precision in Precision:
            with TemporaryDirectory(prefix="scenario-") as folder:
                yield asyncio.run(
                    _Replay(footage, listed.parent, told, Path(folder)).row(precision)
                )


class _Then(SystemClock):
    """The clock of the recorded day."""

    def __init__(self, begins: int) -> None:
        self._shift = super().now() - begins

    def now(self) -> int:
        return super().now() - self._shift


@dataclass(frozen=True, slots=True)
class _Replay:
    footage: Path
    copies: Path
    told: dict[str, Any]
    folder: Path

    async def row(self, precision: Precision) -> Row:
        camera, copies = self.told["camera"], self.told["copies"]
        shutil.copytree(self.footage / "recordings" / camera, self.folder / "in" / camera)
        grown = self.folder / "in" / camera / self.told["segment"]
        for later in [p for p in grown.parent.iterdir() if p.name >= grown.name]:
            later.unlink()
        happens = copies[0]["wall_after_ns"]
        window = Span(happens - _BEFORE, happens + _AFTER)
        services = Services(
            Settings(
                footage=Footage(root=self.folder / "in", pattern=_PATTERN, timezone="UTC"),
                output=Output(root=self.folder / "out"),
            )
        )
        services.clock = _Then(happens)
        services.store.open()
        wanted = ClipRequest(NO_CLIP, "i-1", camera, happens, window, precision, happens)
        growing = asyncio.create_task(self._grow(grown, services.clock))
        try:
            answer, released = await _answer(services.job, services.clock, wanted)
        finally:
            await growing
            services.store.close()
            services.close()
        return self._judged(answer, window, (released - window.end) / NANOS)

    async def _grow(self, grown: Path, clock: SystemClock) -> None:
        for copy in self.told["copies"]:
            if "same_as_earlier" in copy:
                continue
            await asyncio.sleep(max(0, copy["wall_after_ns"] - clock.now()) / NANOS)
            await asyncio.to_thread(_overwrite, grown, self.copies / copy["copy"], copy["mtime_ns"])

    def _judged(self, answer: ClipCompleted, window: Span, waited: float) -> Row:
        reader, camera = Reader(self.footage), self.told["camera"]
        truth = self.footage / "truth" / f"{camera}.json"
        files = [self.footage / "recordings" / camera]
        _, frames = reader.expected(truth, window.start, window.end, files)
        faults = faults_of(reader, truth, answer, self.folder / "out", frames)
        if answer.outcome is not Outcome.COMPLETE:
            faults.append(f"is {answer.outcome}")
        if waited > _WITHIN:
            faults.append("late")
        return Row(
            "an incident while the file grows, at its own pace",
            camera,
            answer.precision,
            f"complete, within {_WITHIN} s",
            f"{answer.outcome} {answer.coverage:.1%}, by {answer.method}, {waited:.1f} s after the window",
            None,
            tuple(faults),
        )


async def _answer(
    job: ClipJob, clock: SystemClock, wanted: ClipRequest
) -> tuple[ClipCompleted, int]:
    """The answer, and when waiting for it was over."""
    while True:
        look = await asyncio.to_thread(job.looker.look, wanted)
        if isinstance(look, Waiting):
            await asyncio.sleep(max(0, look.look_at - clock.now()) / NANOS)
            continue
        released = clock.now()
        made = await job.answer(look)
        if not isinstance(made, Stale):
            return made.answer, released


def _overwrite(grown: Path, copy: Path, changed: int) -> None:
    """The recorder writes into one file: it stays the same one."""
    with grown.open("r+b" if grown.exists() else "wb") as file:
        file.write(copy.read_bytes())
    os.utime(grown, ns=(changed, changed))
