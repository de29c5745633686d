"""Drives the registry: looks at cameras with due jobs, cuts what is ready, announces, settles.

No decisions are made here: `Looker.look` says what a job waits for and `ClipJob.answer` how it
ends.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from itertools import islice, pairwise

import structlog

from processors import amendment
from processors.answer import stem_of
from processors.clip_job import ClipJob
from processors.clip_maker import Freed
from processors.cut_line import CutLine, Standing, Turn
from processors.errors import OutputFullError, StoreError
from processors.look import Broken, Conclusive, Look, Ready, Stale, Waiting
from processors.made import Made
from processors.merging import Merging
from processors.ports import AmendList, Clock
from processors.registry import Job, JobState, Registry
from processors.request import ClipRequest
from schemas.clip import ClipCompleted
from schemas.instant import NANOS
from schemas.settings import Limits
from schemas.status import Stage
from streams.announcer import Announcer
from streams.delivery import Delivery
from streams.lookout import Lookout
from streams.metrics import STAGES, Metrics
from streams.parking_lot import ParkingLot, can_park
from streams.progress import Progress
from streams.publisher import Publisher

_BACKOFF = (1, 5, 15)
"""Seconds after a fault of ours; when they are used up the answer is `failed: internal`."""
_ROOM_PAUSE = 5
_HANDS = 2
"""Incidents under way for each cutter: one is published and announced while the next is cut."""
_ROUND = 500
"""Long waits that go to the end of the retry topic at a time."""

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
        limits: Limits,
        cutters: int,
        lookers: Executor,
        announced: Callable[[ClipCompleted], None] = lambda _: None,
        merging: Merging = Merging(),  # noqa: B008 - immutable
    ) -> None:
        self.registry: Registry[Delivery] = Registry()
        self.cutting = 0
        self._job = job
        self._announcer = announcer
        self._progress = Progress(publisher, clock, self.registry)
        self._clock = clock
        self._metrics = metrics
        self._amend_list = amend_list
        self._limits = limits
        self._cutters = cutters
        self._free = asyncio.Semaphore(cutters)
        self._lot = ParkingLot(publisher, metrics)
        self._lookers = lookers
        self._lookout = Lookout(job, self.registry, lookers, self._seen)
        self._announced = announced
        self._wake = asyncio.Event()
        self._line = CutLine(self.registry, merging)
        self._ready_count = asyncio.Semaphore(0)
        self._tasks: list[asyncio.Task[None]] = []
        self._idle = asyncio.Event()
        self._idle.set()
        self._closing = False

    def admit(self, wanted: ClipRequest, delivery: Delivery) -> None:
        """Take an incident. The same clip id twice is one job with two events to settle."""
        now = self._clock.now()
        full = len(self.registry.of_camera(wanted.camera)) >= self._limits.max_waiting_per_camera
        idle = full or self._job.looker.is_distant(
            wanted, now, round(self._limits.park_after * NANOS)
        )
        if idle and can_park(delivery) and self.registry.get(wanted.clip_id) is None:
            self._lot.take(delivery, wanted.reported_at)
            return
        job, new = self.registry.admit(wanted, delivery, now)
        if new:
            self._progress.say(job, Stage.PENDING)
            self._wake.set()

    def send_round(self) -> None:
        """Move some long waits from the retry topic to its end: what stands behind may be due."""
        now = self._clock.now()
        longest = round(self._limits.park_after * NANOS)
        waiting = (job for job in self.registry if job.state is JobState.WAITING)
        distant = (job for job in waiting if self._job.looker.is_distant(job.request, now, longest))
        for job in list(islice(distant, _ROUND)):
            self._lot.park(job, again=True)
            self.registry.finish(job)

    def hint(self, camera: str) -> None:
        """Something says that there is new footage of a camera: look at once, believe nothing."""
        self.registry.hasten(camera, self._clock.now())
        self._wake.set()

    def revoke(self, taken: Callable[[Delivery], bool]) -> None:
        """Let go of incidents whose partition was taken away."""
        let_go = self.registry.revoke(taken)
        self._metrics.release(let_go)
        if let_go:
            log.info("kafka.partitions_revoked", unsettled_let_go=let_go)

    def start(self) -> None:
        """Begin to look and to cut."""
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._look_loop())]
        self._tasks += [loop.create_task(self._cut_loop()) for _ in range(_HANDS * self._cutters)]

    async def drain(self, seconds: float) -> None:
        """Finish what is being cut, begin nothing new, leave the rest unsettled."""
        self._closing = True
        try:
            await asyncio.wait_for(self._idle.wait(), seconds)
        except TimeoutError:
            log.warning("drain.unfinished", cutting=self.cutting)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, self._lookout.close(), return_exceptions=True)
        self._progress.close()
        await self._lot.close()

    def failed(self) -> BaseException | None:
        """What ended one of the loops, which none of them should do; None while all is well."""
        for task in self._tasks:
            if task.done() and not task.cancelled():
                return task.exception() or RuntimeError("a loop of the scheduler ended")
        return self._lookout.broken

    async def _look_loop(self) -> None:
        while not self._closing:
            self._wake.clear()
            self._lookout.look(self.registry.due(self._clock.now()))
            await self._until_due()

    async def _until_due(self) -> None:
        due = self.registry.next_due()
        timeout = None if due is None else max(0.0, (due - self._clock.now()) / NANOS)
        try:
            await asyncio.wait_for(self._wake.wait(), timeout)
        except TimeoutError:
            return

    def _seen(self, job: Job[Delivery], look: Look | Exception) -> None:
        if isinstance(look, Exception):
            self._fault(job, look)
        elif isinstance(look, Waiting):
            self._wait(job, look)
        else:
            self._conclusive(job, look)
        self._wake.set()

    def _conclusive(self, job: Job[Delivery], look: Conclusive) -> None:
        job.state, job.ready_at = JobState.READY, self._clock.now()
        self._line.put(job, look)
        self._ready_count.release()

    def _wait(self, job: Job[Delivery], look: Waiting) -> None:
        self._progress.say(job, Stage.WAITING, look)
        longest = round(self._limits.park_after * NANOS)
        now = self._clock.now()
        if max(look.look_at - now, now - job.admitted_at) > longest and self._lot.park(job):
            self.registry.finish(job)
        else:
            self.registry.schedule(job, look.look_at)

    async def _cut_loop(self) -> None:
        while True:
            await self._free.acquire()
            with ExitStack() as cutter:
                cutter.callback(self._free.release)
                await self._ready_count.acquire()
                await self._serve(self._line.pop(), cutter.close)

    async def _serve(self, turn: Turn[Delivery] | None, freed: Freed) -> None:
        if turn is None or self._closing:
            return
        if turn.until is not None:
            await self._postpone(turn.batch[0], turn.until)
            return
        self.cutting += 1
        self._idle.clear()
        try:
            await self._finish(turn, freed)
        finally:
            self.cutting -= 1
            if not self.cutting:
                self._idle.set()

    async def _postpone(self, standing: Standing[Delivery], until: int) -> None:
        """Its footage is there, and has to stay until that of the others is."""
        job, look = standing.job, standing.look
        self.registry.schedule(job, until)
        self._wake.set()
        self._progress.say(
            job, Stage.WAITING, Waiting(until, have=None, until=until, for_others=True)
        )
        if not isinstance(look, Ready):
            return
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._lookers, self._job.looker.keep, look)
        except Exception as exc:  # noqa: BLE001 - told by `_fault`
            self._fault(job, exc)

    async def _finish(self, turn: Turn[Delivery], freed: Freed) -> None:
        started = self._clock.now()
        for standing in turn.batch:
            standing.job.state = JobState.CUTTING
            self._progress.say(standing.job, Stage.CUTTING)
        try:
            made = await self._make(turn, freed)
        except Exception as exc:  # noqa: BLE001 - told by `_fault`
            for standing in turn.batch:
                self._fault(standing.job, exc, standing.look)
            return
        if made is None:
            for standing in turn.batch:
                standing.job.alone = True
                self._conclusive(standing.job, standing.look)
            return
        ends = zip(turn.batch, made, strict=True)
        await asyncio.gather(*(self._end(standing, one, started) for standing, one in ends))

    async def _make(self, turn: Turn[Delivery], freed: Freed) -> Sequence[Made | Stale] | None:
        looks = [standing.look for standing in turn.batch]
        if len(looks) == 1:
            return [await self._job.answer(looks[0], freed)]
        ready = [look for look in looks if isinstance(look, Ready)]
        return await self._job.answer_all(ready, freed)

    async def _end(self, standing: Standing[Delivery], made: Made | Stale, started: int) -> None:
        job = standing.job
        if isinstance(made, Stale):
            log.info("clip.footage_changed", clip_id=job.request.clip_id, detail=made.detail)
            self.registry.schedule(job, self._clock.now() + NANOS // 4)
            self._wake.set()
            return
        try:
            await self._conclude(job, made, started)
        except Exception as exc:  # noqa: BLE001 - told by `_fault`
            self._fault(standing.job, exc, standing.look)

    async def _conclude(self, job: Job[Delivery], made: Made, started: int) -> None:
        answer, published_at = made.answer, self._clock.now()
        if not job.events:
            # The partition was taken away. Forget the job at once: the incident may come back to us,
            # and an event that joined an unannounced job would be settled without an answer.
            self.registry.finish(job)
            return
        self._progress.end(job)
        news = await self._announcer.announce(answer, job.request.envelope)
        if amendment.is_amendable(answer):
            stem = stem_of(amendment.request_of(answer, job.request.envelope))
            await asyncio.to_thread(self._amend_list.add, stem, job.request.envelope)
        stages = self._stages(job, made, started, published_at)
        if news:
            for name, seconds in stages.items():
                self._metrics.stage(name, seconds)
            self._announced(answer)
        deliveries = self.registry.finish(job)
        await self._announcer.settle(job, answer, deliveries, news=news, stages=stages)

    def _stages(
        self, job: Job[Delivery], made: Made, started: int, published_at: int
    ) -> dict[str, float]:
        """Seconds that the parts of the way took."""
        ready = job.ready_at or started
        verified_at = published_at - made.published
        cut_at = verified_at - made.verified
        marks = (job.request.reported_at, job.admitted_at, ready, started, cut_at, verified_at)
        spans = pairwise((*marks, published_at, self._clock.now()))
        return {
            name: (end - begin) / NANOS
            for name, (begin, end) in zip(STAGES[:-1], spans, strict=True)
        }

    def _fault(self, job: Job[Delivery], error: Exception, look: Conclusive | None = None) -> None:
        """Try again later; in the end an answer that says that it was our fault.

        Where not even that could be written, the incident stays in our hands, unsettled.
        """
        hopeless = isinstance(look, Broken)
        words = {"clip_id": job.request.clip_id, "error": str(error)}
        if isinstance(error, StoreError):
            log.error("clip.not_written", **words)
        else:
            log.error("clip.fault", **words, exc_info=error)
            self._metrics.errors.labels(type="internal").inc()
        if not job.events:
            self.registry.finish(job)
            return
        job.alone = job.alone or not isinstance(error, StoreError)
        job.attempts += not hopeless and not isinstance(error, OutputFullError)
        if job.attempts > len(_BACKOFF) and not hopeless:
            self._conclusive(job, Broken(job.request))
            return
        pause = _BACKOFF[min(job.attempts, len(_BACKOFF)) - 1] if job.attempts else _ROOM_PAUSE
        self.registry.schedule(job, self._clock.now() + pause * NANOS)
        self._wake.set()
