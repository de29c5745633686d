"""The jobs in our hands: one per clip id, each with the events that it will settle.

Pure: the caller brings the time. Events are opaque tokens that know their partition. A heap of due
times (with lazy deletion) says which jobs are to be looked at next; nothing polls.
"""

import heapq
from collections.abc import Callable, Collection, Hashable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import count
from typing import Generic, TypeVar

from processors.request import ClipRequest

E = TypeVar("E", bound=Hashable)


class JobState(StrEnum):
    """Where a job is."""

    WAITING = "waiting"
    """For its footage; it is in the heap."""
    READY = "ready"
    """Its footage is there, or its time is over; it stands in line for a cutter."""
    CUTTING = "cutting"


@dataclass(slots=True, eq=False)
class Job(Generic[E]):
    """One clip to make and the events waiting for it."""

    request: ClipRequest
    admitted_at: int
    events: list[E] = field(default_factory=list)
    state: JobState = JobState.WAITING
    look_at: int = 0
    ticket: int = -1
    """Its valid entry in the heap; older entries of it are dead."""
    attempts: int = 0
    """How often a fault of ours has ended the work on it."""
    alone: bool = False
    """Whether its cut must not be shared, since something went wrong."""
    told_at: int = 0
    """When its progress was last reported."""
    ready_at: int = 0
    """When nothing more had to be waited for; 0 before."""


class Registry(Generic[E]):
    """All jobs of a worker."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job[E]] = {}
        self._of_camera: dict[str, dict[str, Job[E]]] = {}
        self._heap: list[tuple[int, int, str]] = []
        self._order = count()

    def __len__(self) -> int:
        return len(self._jobs)

    def __iter__(self) -> Iterator[Job[E]]:
        return iter(self._jobs.values())

    def get(self, clip_id: str) -> Job[E] | None:
        """The job of that clip, if there is one."""
        return self._jobs.get(clip_id)

    def holds(self, job: Job[E]) -> bool:
        """Whether the job is still in our hands: False once its partition was taken away."""
        return self._jobs.get(job.request.clip_id) is job

    def admit(self, request: ClipRequest, event: E, now: int) -> tuple[Job[E], bool]:
        """The job that answers `event`, and whether it is a new one (due at once)."""
        if job := self._jobs.get(request.clip_id):
            job.events.append(event)
            if request.lane < job.request.lane:
                job.request = replace(job.request, lane=request.lane)
            if request.envelope.replay and job.state is JobState.WAITING:
                job.request = replace(job.request, envelope=request.envelope)
            return job, False
        job = Job(request, admitted_at=now, events=[event])
        self._jobs[request.clip_id] = job
        self._of_camera.setdefault(request.camera, {})[request.clip_id] = job
        self.schedule(job, now)
        return job, True

    def of_camera(self, camera: str) -> Collection[Job[E]]:
        """The jobs of a camera, in the order of their admission."""
        return self._of_camera.get(camera, {}).values()

    def schedule(self, job: Job[E], look_at: int) -> None:
        """Put a job (back) to waiting, to be looked at at `look_at`."""
        job.state, job.look_at, job.ticket = JobState.WAITING, look_at, next(self._order)
        heapq.heappush(self._heap, (look_at, job.ticket, job.request.clip_id))

    def next_due(self) -> int | None:
        """When the next job wants a look; None while nothing waits."""
        while self._heap and not self._stands(self._heap[0]):
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def due(self, now: int) -> list[Job[E]]:
        """Waiting jobs whose time has come, earliest first. Each must be scheduled or moved on."""
        jobs = []
        while (at := self.next_due()) is not None and at <= now:
            job = self._jobs[heapq.heappop(self._heap)[2]]
            job.ticket = -1
            jobs.append(job)
        return jobs

    def hasten(self, camera: str, now: int) -> None:
        """Let the waiting jobs of a camera be looked at now: something hinted at new footage.

        Not those whose window is still open, which no footage ends, nor those that wait after a
        fault: however many hints come, they must not use up the attempts.
        """
        for job in self.of_camera(camera):
            over = job.request.window.end <= now
            if over and not job.attempts and job.state is JobState.WAITING and job.look_at > now:
                self.schedule(job, now)

    def finish(self, job: Job[E]) -> list[E]:
        """Forget a job; returns the events to settle."""
        if self._jobs.get(job.request.clip_id) is job:
            self._drop(job)
        return job.events

    def revoke(self, taken: Callable[[E], bool]) -> int:
        """Let go of events whose partition was taken away; they will be delivered again.

        Waiting jobs that no event waits for are dropped. What is being cut goes on: its clip will
        be found by whoever gets the event next. Returns how many events were let go.
        """
        let_go = 0
        for job in list(self._jobs.values()):
            kept = [event for event in job.events if not taken(event)]
            let_go += len(job.events) - len(kept)
            job.events[:] = kept
            if not kept and job.state is not JobState.CUTTING:
                self._drop(job)
        return let_go

    def _drop(self, job: Job[E]) -> None:
        clip_id, camera = job.request.clip_id, job.request.camera
        del self._jobs[clip_id]
        del self._of_camera[camera][clip_id]
        if not self._of_camera[camera]:
            del self._of_camera[camera]

    def _stands(self, entry: tuple[int, int, str]) -> bool:
        _, ticket, clip_id = entry
        job = self._jobs.get(clip_id)
        return job is not None and job.state is JobState.WAITING and job.ticket == ticket
