"""Who stands in line for a cutter, and who shares a cut. Pure.

A job that may be merged with one that still waits for its footage has to wait for it. Where anything
went wrong with a job, it is cut alone from then on, so that it cannot spoil the answers of others.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from processors.look import Conclusive, Ready
from processors.merging import Merging, can_share
from processors.ready_queue import ReadyQueue
from processors.registry import Job, JobState, Registry

E = TypeVar("E", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Standing(Generic[E]):
    """A job in line, with what the last look found."""

    job: Job[E]
    look: Conclusive

    @property
    def shares(self) -> bool:
        """Whether it may share a cut at all."""
        return isinstance(self.look, Ready) and not self.job.alone and can_share(self.job.request)


@dataclass(frozen=True, slots=True)
class Turn(Generic[E]):
    """Whose turn it is."""

    batch: tuple[Standing[E], ...]
    """The first in line, and those that share its cut."""
    until: int | None = None
    """If given, it has to wait for others: when to look again."""


class CutLine(Generic[E]):
    """The line. Only jobs that `registry` still holds are served."""

    def __init__(self, registry: Registry[E], merging: Merging) -> None:
        self._registry = registry
        self._merging = merging
        self._queue: ReadyQueue[Standing[E]] = ReadyQueue()

    def put(self, job: Job[E], look: Conclusive) -> None:
        """Stand in line."""
        request = job.request
        self._queue.put(request.lane, request.camera, request.clip_id, Standing(job, look))

    def pop(self) -> Turn[E] | None:
        """The next turn; None where nobody stands there, or the one who did is no longer ours."""
        first = self._queue.pop()
        if first is None or not self._registry.holds(first.job):
            return None
        if not first.shares:
            return Turn((first,))
        wanted = first.job.request
        standing = self._standing_with(first)
        late = self._late(wanted.camera)
        known = [*(one.job for one in standing.values()), *late.values()]
        found = self._merging.companions(wanted, [job.request for job in known])
        names = [request.clip_id for request in found]
        if awaited := [late[name].look_at for name in names if name in late]:
            return Turn((first,), until=max(awaited))
        for name in names:
            self._queue.take(wanted.lane, wanted.camera, name)
        return Turn((first, *(standing[name] for name in names)))

    def _standing_with(self, first: Standing[E]) -> dict[str, Standing[E]]:
        """Others in line that might share its cut, by clip id."""
        wanted = first.job.request
        return {
            one.job.request.clip_id: one
            for one in self._queue.of_camera(wanted.lane, wanted.camera)
            if self._merging.may_join(wanted, one.job.request)
            and one.shares
            and self._registry.holds(one.job)
        }

    def _late(self, camera: str) -> dict[str, Job[E]]:
        """Jobs that wait for the end of their window or for its footage, and might be merged."""
        if self._merging.longest is None:
            return {}
        return {
            job.request.clip_id: job
            for job in self._registry.of_camera(camera)
            if job.state is JobState.WAITING and not job.alone
        }
