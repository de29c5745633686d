"""The ladder: each clip is cut by the cheapest way that is right for its inputs.

A way that refuses the inputs, or whose clip is not what was planned, gives way to the next one.
What would fail on any rung ends the climb: footage that changed, a full disk, time that ran out.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import structlog

from processors.cutting.plan import CutPlan, CutResult
from processors.errors import CutError, CutTimeoutError, ProofError
from processors.ports import Cutter
from schemas.incident import Precision

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Rung:
    """A way of cutting, made when it is first needed."""

    name: str
    make: Callable[[], Cutter]
    """Blocking; raises `CutError` where this machine cannot."""
    _made: Cutter | None = field(default=None, init=False)

    async def cut(self, plan: CutPlan, target: Path) -> CutResult:
        """As `Cutter.cut`."""
        if self._made is None:
            self._made = await asyncio.to_thread(self.make)
        return await self._made.cut(plan, target)


@dataclass(frozen=True, slots=True)
class Ladder:
    """The `Cutter` port by several others, cheapest first."""

    rungs: Sequence[Rung]
    coarsen: bool = False
    """Whether whole segments are better than nothing where no rung can be exact."""

    async def cut(self, plan: CutPlan, target: Path) -> CutResult:
        """The clip of the first rung that gives one.

        Raises `CutError` with every rung's reason, `FootageError` or `StoreError`.
        """
        try:
            return await self._climb(plan, target)
        except CutTimeoutError:
            raise
        except CutError:
            if not self.coarsen or plan.precision is not Precision.EXACT:
                raise
        return await self._climb(replace(plan, precision=Precision.SEGMENTS), target)

    async def _climb(self, plan: CutPlan, target: Path) -> CutResult:
        refusals: list[str] = []
        for rung in self.rungs:
            try:
                return await rung.cut(plan, target)
            except CutTimeoutError:
                raise
            except CutError as exc:
                refusals.append(f"{rung.name}: {exc}")
                say = log.warning if isinstance(exc, ProofError) else log.info
                say("cut.rung_refused", camera=plan.camera, rung=rung.name, reason=str(exc))
        raise CutError("; ".join(refusals))
