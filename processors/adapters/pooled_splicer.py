"""Cuts by copying bytes in a process of the pool: two clips at a time take no longer than one."""

from dataclasses import dataclass
from pathlib import Path

import structlog

from processors.adapters.cutter_pool import CutterPool
from processors.adapters.finish import remove
from processors.adapters.splicer import Splicer
from processors.cutting.plan import CutPlan, CutResult
from processors.errors import CutterLostError

log = structlog.get_logger(__name__)

_TRIES = 2
"""A process may be killed for no fault of the clip; what kills two goes to the next way of cutting."""


@dataclass(frozen=True, slots=True)
class PooledSplicer:
    """The `Cutter` port by a splicer that works elsewhere."""

    splicer: Splicer
    pool: CutterPool

    async def cut(self, plan: CutPlan, target: Path) -> CutResult:
        """As `Splicer.cut`; raises `CutterLostError` where process after process dies of it."""
        for left in reversed(range(_TRIES)):
            try:
                return await self.pool.run(
                    self.splicer.cut_now, plan, target, None, seconds=self.splicer.timeout
                )
            except CutterLostError as exc:
                remove(target)
                if not left:
                    raise
                log.warning("cutter.again", camera=plan.camera, reason=str(exc))
            except BaseException:
                remove(target)
                raise
        raise AssertionError
