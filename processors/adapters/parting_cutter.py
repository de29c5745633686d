"""Cuts what cannot be joined into numbered files, each by a way that copies it as it was recorded."""

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path

from processors.adapters.disk_errors import output_errors
from processors.adapters.finish import remove
from processors.adapters.held_reader import HeldReader
from processors.cutting.parting import split, together
from processors.cutting.plan import CutPlan, CutResult
from processors.errors import CutError, CutTimeoutError, InputError
from processors.identity import video_files
from processors.ports import Cutter
from schemas.incident import Precision
from schemas.instant import NANOS

_NOTICEABLE = NANOS // 20
"""In less of the window than this there need not be any frame."""


@dataclass(frozen=True, slots=True)
class PartingCutter:
    """The `Cutter` port where the pieces of a plan differ, and what differs may be apart."""

    reader: HeldReader
    inner: Cutter
    """Cuts pieces whose pictures do not differ."""

    async def cut(self, plan: CutPlan, target: Path) -> CutResult:
        """Writes and proves the `video_files` of `target`; leaves nothing behind where it raises.

        Raises `FootageError`, `CutError` or `StoreError`. A part that cannot be cut where others can
        is an `InputError` that names its first file.
        """
        plans = split(plan, await asyncio.to_thread(self._kinds, plan))
        if len(plans) < 2:
            raise CutError("there is nothing that could be apart")
        files = video_files(target, len(plans))
        try:
            made = await self._cut_all(plans, files)
        except BaseException:
            for file in files:
                remove(file)
            raise
        if len(made) > 1:
            return together(made)
        with output_errors("the clip could not be named"):
            files[0].replace(target)
        return made[0]

    def _kinds(self, plan: CutPlan) -> list[Hashable]:
        pictures = [self.reader.read(piece, look=False).video for piece in plan.pieces]
        return [(picture.form, picture.shapes) for picture in pictures]

    async def _cut_all(self, plans: list[CutPlan], files: list[Path]) -> list[CutResult]:
        made: list[CutResult] = []
        failed: InputError | None = None
        for plan in plans:
            try:
                made.append(await self.inner.cut(plan, files[len(made)]))
            except CutTimeoutError:
                raise
            except CutError as exc:
                if _matters(plan):
                    path = plan.pieces[0].segment.path
                    failed = failed or InputError(path, f"cannot be cut: {exc}")
        if failed is not None:
            raise failed if made else CutError(str(failed))
        if not made:
            raise CutError("no part has a frame that begins in the window")
        return made


def _matters(plan: CutPlan) -> bool:
    shown = plan.span.overlap(plan.window)
    return plan.precision is Precision.SEGMENTS or (
        shown is not None and shown.length >= _NOTICEABLE
    )
