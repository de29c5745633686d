"""Looks at cameras, each by one look at a time: it serves all jobs of the camera that are due.

A look runs in a thread kept for looking, so that a file system that hangs stalls its cameras only.
Jobs that become due meanwhile are looked at together, right after it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from itertools import islice

from processors.clip_job import ClipJob
from processors.look import Look
from processors.registry import Job, Registry
from streams.delivery import Delivery

_AT_ONCE = 64
"""Windows in one look: the first of thousands are answered before the last are looked at."""
Seen = Callable[[Job[Delivery], Look | Exception], None]
"""Told of each job how it stands, or what went wrong with its look alone."""


class Lookout:
    """Of one event loop."""

    def __init__(
        self, job: ClipJob, registry: Registry[Delivery], lookers: Executor, seen: Seen
    ) -> None:
        self._job = job
        self._registry = registry
        self._lookers = lookers
        self._seen = seen
        self._due: dict[str, list[Job[Delivery]]] = defaultdict(list)
        self._looking: dict[str, asyncio.Task[None]] = {}
        self.broken: BaseException | None = None
        """What ended a look that should have caught it."""

    def look(self, jobs: Iterable[Job[Delivery]]) -> None:
        """See to it that `seen` is told of each of them that is still ours by then."""
        for job in jobs:
            self._due[job.request.camera].append(job)
        for camera in self._due.keys() - self._looking.keys():
            task = asyncio.get_running_loop().create_task(self._look_at(camera))
            self._looking[camera] = task
            task.add_done_callback(self._looked)

    async def close(self) -> None:
        """Wait for no look any more."""
        tasks = tuple(self._looking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _look_at(self, camera: str) -> None:
        try:
            while due := self._due.pop(camera, None):
                await self._look_once(camera, due)
        finally:
            # At once, not when the task's end is told: what comes in between would wait for ever.
            del self._looking[camera]

    async def _look_once(self, camera: str, due: list[Job[Delivery]]) -> None:
        windows = set(islice(dict.fromkeys(job.request.window for job in due), _AT_ONCE))
        if later := [job for job in due if job.request.window not in windows]:
            self._due[camera] = later
        now = (job for job in due if job.request.window in windows)
        jobs = [job for job in now if self._registry.holds(job)]
        requests = [job.request for job in jobs]
        loop = asyncio.get_running_loop()
        looks = await loop.run_in_executor(self._lookers, self._job.looker.look_all, requests)
        for job, look in zip(jobs, looks, strict=True):
            if self._registry.holds(job):
                self._seen(job, look)

    def _looked(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            self.broken = error
