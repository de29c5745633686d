"""Drives the registry: looks at cameras with due jobs, cuts what is ready, announces, settles.

No decisions are made here: `ClipJob.look` says what a job waits for and `ClipJob.answer` how it
ends. One look serves all due jobs of a camera and runs in a thread, so that a hanging file system
stalls that camera only.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable

import structlog

from processors import amendment, status
from processors.answer import stem_of
from processors.clip_job import ClipJob, Conclusive, Stale, Waiting
from processors.errors import ClipError
from processors.ports import AmendList, Clock
from processors.registry import Job, JobState, Registry
from processors.request import ClipRequest
from schemas.clip import ClipCompleted
from schemas.instant import NANOS
from schemas.reason import Reason
from schemas.status import Stage
from streams.announcer import Announcer
from streams.delivery import Delivery
from streams.metrics import Metrics
from streams.publisher import Publisher
from topics import announcement

_BACKOFF = (1, 5, 15)
"""Seconds after a fault of ours; when they are used up the answer is `failed: internal`."""
_STATUS_EVERY = 2 * NANOS
_JOBS_A_SECOND = 200
"""Of progress reports in all: with many waiting jobs each reports less often."""

log = structlog.get_logger(__name__)


class Scheduler:
    """The desk: admits incidents and sees to it that each is answered and settled."""

    def __init__(
        self,
        job: ClipJob,
        announcer: Announcer,
        publisher: Publisher,
        clock: Clock,
        metrics: Metrics,
        *,
        amend_list: AmendList,
        cutters: int,
    ) -> None:
        self.registry: Registry[Delivery] = Registry()
        self.cutting = 0
        self._job = job
        self._announcer = announcer
        self._publisher = publisher
        self._clock = clock
        self._metrics = metrics
        self._amend_list = amend_list
        self._cutters = cutters
        self._wake = asyncio.Event()
        self._ready: asyncio.Queue[tuple[Job[Delivery], Conclusive]] = asyncio.Queue()
        self._looking: dict[str, asyncio.Task[None]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._idle = asyncio.Event()
        self._idle.set()
        self._closing = False

    def admit(self, wanted: ClipRequest, delivery: Delivery) -> None:
        """Take an incident. The same clip id twice is one job with two events to settle."""
        job, new = self.registry.admit(wanted, delivery, self._clock.now())
        self._metrics.depth.set(len(self.registry))
        if new:
            self._say(job, Stage.PENDING)
            self._wake.set()

    def revoke(self, taken: Callable[[Delivery], bool]) -> None:
        """Let go of incidents whose partition was taken away."""
        let_go = self.registry.revoke(taken)
        self._metrics.depth.set(len(self.registry))
        if let_go:
            log.info("kafka.partitions_revoked", unsettled_let_go=let_go)

    def start(self) -> None:
        """Begin to look and to cut."""
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._look_loop())]
        self._tasks += [loop.create_task(self._cut_loop()) for _ in range(self._cutters)]

    async def drain(self, seconds: float) -> None:
        """Finish what is being cut, begin nothing new, leave the rest unsettled."""
        self._closing = True
        try:
            await asyncio.wait_for(self._idle.wait(), seconds)
        except TimeoutError:
            log.warning("drain.unfinished", cutting=self.cutting)
        for task in [*self._tasks, *self._looking.values()]:
            task.cancel()
        await asyncio.gather(*self._tasks, *self._looking.values(), return_exceptions=True)

    def failed(self) -> BaseException | None:
        """What ended one of the loops, which none of them should do; None while all is well."""
        for task in self._tasks:
            if task.done() and not task.cancelled():
                return task.exception() or RuntimeError("a loop of the scheduler ended")
        return None

    async def _look_loop(self) -> None:
        while not self._closing:
            self._wake.clear()
            now = self._clock.now()
            by_camera: dict[str, list[Job[Delivery]]] = defaultdict(list)
            for job in self.registry.due(now):
                by_camera[job.request.camera].append(job)
            for camera, jobs in by_camera.items():
                self._look_at(camera, jobs)
            await self._until_due()

    async def _until_due(self) -> None:
        due = self.registry.next_due()
        timeout = None if due is None else max(0.0, (due - self._clock.now()) / NANOS)
        try:
            await asyncio.wait_for(self._wake.wait(), timeout)
        except TimeoutError:
            return

    def _look_at(self, camera: str, jobs: list[Job[Delivery]]) -> None:
        """Begin a look, unless one at this camera is still going on: then try again shortly."""
        if camera in self._looking:
            for job in jobs:
                self.registry.schedule(job, self._clock.now() + NANOS // 20)
            return
        task = asyncio.get_running_loop().create_task(self._look(camera, jobs))
        self._looking[camera] = task
        task.add_done_callback(lambda _: self._looking.pop(camera, None))

    async def _look(self, camera: str, jobs: list[Job[Delivery]]) -> None:
        try:
            looks = await asyncio.to_thread(lambda: [self._job.look(job.request) for job in jobs])
        except Exception:
            log.exception("footage.look_failed", camera=camera)
            self._metrics.errors.labels(type="internal").inc()
            for job in jobs:
                await self._fault(job)
            return
        for job, look in zip(jobs, looks, strict=True):
            if self.registry.get(job.request.clip_id) is not job:
                continue  # its partition was taken away meanwhile
            if isinstance(look, Waiting):
                self.registry.schedule(job, look.look_at)
                self._say(job, Stage.WAITING, look)
            else:
                job.state = JobState.READY
                self._ready.put_nowait((job, look))
        self._wake.set()

    async def _cut_loop(self) -> None:
        while True:
            job, look = await self._ready.get()
            if self._closing or self.registry.get(job.request.clip_id) is not job:
                continue
            job.state = JobState.CUTTING
            self.cutting += 1
            self._idle.clear()
            try:
                await self._finish(job, look)
            except Exception:
                log.exception("clip.fault", clip_id=job.request.clip_id)
                self._metrics.errors.labels(type="internal").inc()
                await self._fault(job)
            finally:
                self.cutting -= 1
                if not self.cutting:
                    self._idle.set()

    async def _finish(self, job: Job[Delivery], look: Conclusive) -> None:
        started = self._clock.now()
        self._say(job, Stage.CUTTING)
        answer = await self._job.answer(look)
        if isinstance(answer, Stale):
            log.info("clip.footage_changed", clip_id=job.request.clip_id, detail=answer.detail)
            self.registry.schedule(job, self._clock.now() + NANOS // 4)
            self._wake.set()
            return
        await self._conclude(job, answer, started)

    async def _conclude(self, job: Job[Delivery], answer: ClipCompleted, started: int) -> None:
        cut = self._clock.now()
        self._metrics.cut_seconds.observe((cut - started) / NANOS)
        # Without events the partition is somebody else's now, and with it the announcement.
        news = bool(job.events) and await self._announcer.announce(
            answer, job.request.envelope, job.admitted_at
        )
        if amendment.is_amendable(answer):
            await asyncio.to_thread(
                self._amend_list.add, stem_of(job.request), job.request.envelope
            )
        stages = {
            "waited_s": _seconds(started - job.admitted_at),
            "cut_s": _seconds(cut - started),
            "publish_s": _seconds(self._clock.now() - cut),
            "total_s": _seconds(self._clock.now() - job.request.reported_at),
        }
        deliveries = self.registry.finish(job)
        self._metrics.depth.set(len(self.registry))
        await self._announcer.settle(job, answer, deliveries, news=news, stages=stages)

    async def _fault(self, job: Job[Delivery]) -> None:
        """Try again later; in the end an answer that says that it was our fault.

        Where not even that can be written, the incident stays in our hands, unsettled.
        """
        pause = _BACKOFF[min(job.attempts, len(_BACKOFF) - 1)]
        job.attempts += 1
        if job.attempts > len(_BACKOFF):
            started = self._clock.now()
            try:
                answer = await asyncio.to_thread(self._job.fail, job.request, Reason.INTERNAL)
                await self._conclude(job, answer, started)
            except ClipError as exc:
                log.error(  # noqa: TRY400 - a full disk says enough in one line
                    "clip.not_answerable", clip_id=job.request.clip_id, error=str(exc)
                )
            else:
                return
        self.registry.schedule(job, self._clock.now() + pause * NANOS)
        self._wake.set()

    def _say(self, job: Job[Delivery], stage: Stage, look: Waiting | None = None) -> None:
        """Report progress, but no more of it than anybody can read."""
        now = self._clock.now()
        every = max(_STATUS_EVERY, len(self.registry) * NANOS // _JOBS_A_SECOND)
        if look is not None and now - job.told_at < every:
            return
        words = None
        if look is not None:
            job.told_at = now
            request = job.request
            words = status.waiting_for(request.camera, request.window.end, look.have)
        said = status.unfinished(job.request, stage, job.admitted_at, now, words)
        self._publisher.send_soon(announcement.status(said))


def _seconds(ns: int) -> float:
    return round(ns / NANOS, 3)
