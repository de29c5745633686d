"""What the decisions need from the world, each as small as it can be."""

from pathlib import Path
from typing import Protocol

from processors.cutting.plan import CutPlan, CutResult
from processors.footage.segment import Timeline
from processors.span import Span


class Clock(Protocol):
    """The wall clock."""

    def now(self) -> int:
        """Nanoseconds since the epoch."""
        ...


class Recordings(Protocol):
    """The footage of all cameras, read-only. Blocking: call it in a thread."""

    def timeline(self, camera: str, window: Span, now: int) -> Timeline:
        """The segments that touch `window`, with neighbours. Never raises for what files hold."""
        ...

    def cameras(self) -> tuple[str, ...]:
        """Names of the cameras that the footage root has."""
        ...


class Cutter(Protocol):
    """Turns a plan into a proven file."""

    async def cut(self, plan: CutPlan, target: Path) -> CutResult:
        """Writes `target` (a name in staging) and proves it; raises `CutError` or `StoreError`."""
        ...
