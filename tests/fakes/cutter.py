"""A cutter that writes a few bytes where ffmpeg would write a film."""

import asyncio
import hashlib
from dataclasses import replace
from pathlib import Path

from processors.cutting.plan import CutPlan, CutResult
from schemas.clip import Method
from schemas.incident import Precision
from schemas.instant import NANOS


class FakeCutter:
    """`Cutter` without media. `faults` are raised one a cut; while `held`, cuts do not end.

    A quarter of the seconds that a cut `takes` is for its proof.
    """

    def __init__(self) -> None:
        self.plans: list[CutPlan] = []
        self.faults: list[Exception] = []
        self.at_work = 0
        self.takes = 0.0
        self._go = asyncio.Event()
        self._go.set()
        self._begun = asyncio.Event()

    def hold(self) -> None:
        """Let cuts begin, but not end."""
        self._go.clear()

    def release(self) -> None:
        """Let them end."""
        self._go.set()

    async def begun(self) -> None:
        """Return when the next cut, or one held now, has begun."""
        await self._begun.wait()
        self._begun.clear()

    async def cut(self, plan: CutPlan, target: Path) -> CutResult:
        """Writes the plan's title to `target`."""
        self.plans.append(plan)
        self.at_work += 1
        self._begun.set()
        try:
            await self._go.wait()
            if self.faults:
                raise self.faults.pop(0)
            await asyncio.sleep(self.takes)
            return replace(_result(plan, target), verified=round(self.takes * NANOS / 4))
        finally:
            self.at_work -= 1


def _result(plan: CutPlan, target: Path) -> CutResult:
    content = plan.title.encode()
    target.write_bytes(content)
    return CutResult(
        method=Method.COPY,
        precision=Precision.SEGMENTS,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        span=plan.span,
        duration=plan.span.length,
        frames=25,
        width=640,
        height=360,
        mime_codecs="avc1.64001f",
    )
