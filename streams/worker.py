"""One worker from start to exit: waits for Kafka, runs, drains, leaves.

    start   Kafka and topics there -> store open -> Faust app up -> loops running
    run     until a signal, a crash of Faust, a dead loop, or a minute without partitions
    leave   finish what is cutting, commit what is settled, exit 0 within `drain.timeout`

Faust's own shutdown has no deadline (62 s with Kafka away), so a watchdog ends the process. What was
not settled by then is delivered again.
"""

import asyncio
import gc
import os
import signal
import threading
from typing import Any

import structlog

from processors.adapters.clip_store import DiskClipStore
from processors.errors import StoreError
from schemas.settings import Settings
from streams import brokers
from streams.amender import Amender
from streams.assignment import Assignment
from streams.consumer import ClipApp, check_faust
from streams.dead_letters import DeadLetters
from streams.flow import FlowControl
from streams.health import Facts, Health, judge
from streams.incidents import Intake
from streams.metrics import Metrics
from streams.observer import Observer
from streams.publisher import Publisher
from streams.scheduler import Scheduler
from streams.status_reader import StatusReader
from streams.tidying import Tidier
from streams.watcher import Watcher
from topics.names import INCIDENT_RETRY, NEEDED

_TICK = 0.25
_SWEEP_EVERY = 15.0
_ROUND_EVERY = 1.0
_CROWD = 1000
"""Unread live incidents that are read before anything is moved about on the retry topic."""
_DEAD_LETTERS_WAIT = 2.0
_LEAVING_SHARE = 0.6
"""Of `drain.timeout`, for finishing cuts; the rest is for committing and leaving the group."""

log = structlog.get_logger(__name__)


class PortTakenError(Exception):
    """Nobody can listen where we should."""


class Worker:
    """Ties the parts to Faust's life."""

    def __init__(
        self,
        app: ClipApp,
        settings: Settings,
        *,
        intake: Intake,
        dead_letters: DeadLetters,
        scheduler: Scheduler,
        amender: Amender,
        publisher: Publisher,
        store: DiskClipStore,
        statuses: StatusReader,
        tidier: Tidier,
        observer: Observer,
        watcher: Watcher | None,
        metrics: Metrics,
    ) -> None:
        self.app = app
        self.settings = settings
        self.scheduler = scheduler
        self.started = False
        self.draining = False
        self.assignment = Assignment(0.0)
        self._intake = intake
        self._dead_letters = dead_letters
        self._amender = amender
        self._publisher = publisher
        self._store = store
        self._statuses = statuses
        self._tidier = tidier
        self._observer = observer
        self._watcher = watcher
        self._metrics = metrics
        self._flow = FlowControl(settings.limits.max_waiting, settings.limits.max_waiting_bytes)
        self._stop = asyncio.Event()
        self._watched = False
        self._sweeping: asyncio.Task[int] | None = None
        self._swept = 0.0
        self._sent_round = 0.0
        self._connect()

    async def run(self) -> int:
        """Run until told to stop; returns the exit code."""
        check_faust()
        self._install_signals()
        self._store.open()
        self._store.sweep()
        await self._open_door()
        if not await self._wait_for_kafka():
            await self.app.web.stop()
            return 0
        self._statuses.start()
        self.assignment = Assignment(self._now())
        self.scheduler.start()
        reason = await self._work()
        if reason is not None:
            log.error("worker.ended", reason=reason)
        code = 0 if reason is None else 1
        await self._leave(code)
        return code

    def alive(self) -> bool:
        """Whether a restart would not help; Kafka's absence has no part in it."""
        return not self.app.should_stop and self.scheduler.failed() is None

    def loaded(self) -> bool:
        """Whether the list of clips holds all that the topic held at the start."""
        return self._statuses.loaded.is_set()

    def health(self) -> Health:
        """How this worker is, from what is known right now."""
        settings = self.settings
        return judge(
            Facts(
                started=self.started,
                draining=self.draining,
                assigned_partitions=len(self.assignment.partitions),
                waiting=len(self.scheduler.registry),
                cutting=self.scheduler.cutting,
                footage_readable=os.access(settings.footage.root, os.R_OK | os.X_OK),
                output_writable=os.access(settings.output.root, os.W_OK | os.X_OK),
                output_has_room=self._has_room(),
                statuses_loaded=self.loaded(),
                too_many_dead_letters=self._dead_letters.exceeded,
            )
        )

    def _has_room(self) -> bool:
        try:
            return self._store.has_room()
        except StoreError:
            return False

    async def _open_door(self) -> None:
        """Listen before Kafka is there: probes and clips must be there even if it is not."""
        self.app.finalize()
        try:
            await self.app.web.start()
        except OSError as exc:
            http = self.settings.http
            raise PortTakenError(
                f"cannot listen on {http.host}:{http.port} ({exc.strerror}): end what uses the port, or "
                "set http.port (CLIPS_HTTP__PORT)"
            ) from exc

    async def _wait_for_kafka(self) -> bool:
        """False if a signal came first."""
        waiting = asyncio.ensure_future(brokers.wait_until_usable(self.settings.kafka, NEEDED))
        stopping = asyncio.ensure_future(self._stop.wait())
        await asyncio.wait({waiting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not waiting.done():
            waiting.cancel()
            return False
        await waiting
        return True

    async def _work(self) -> str | None:
        """Why the worker ended by itself; None after a signal."""
        starting = asyncio.ensure_future(self._start())
        try:
            return await self._until_over(starting)
        except Exception:
            log.exception("worker.crashed")
            return "crashed"
        finally:
            starting.cancel()

    async def _start(self) -> None:
        """Does not return while the group refuses us or its coordinator is away."""
        await self.app.start()
        self.started = True
        self._observer.start()
        self._amender.start()
        self._tidier.start()
        if self._watcher is not None:
            self._watcher.start()
        _spare_collections()
        log.info("worker.started", group=self.app.conf.id, http=self.settings.http.port)

    async def _until_over(self, starting: asyncio.Future[None]) -> str | None:
        while not self._stop.is_set():
            now = self._now()
            if starting.done():
                starting.result()
            if self.app.should_stop:
                return f"Faust stopped: {self.app.crash_reason!r}"
            if failure := self.scheduler.failed():
                return f"a loop of ours failed: {failure!r}"
            if trouble := self._observer.trouble:
                return trouble
            if self.assignment.empty_for(now) > self.settings.kafka.unassigned_timeout:
                return (
                    f"no partition for {self.settings.kafka.unassigned_timeout:g} s: more workers "
                    "than partitions, or the group refuses this one (see the log above)"
                )
            if self.started:
                # Everything unsettled counts: waiting incidents, retries, dead letters on their way.
                self._flow.apply(
                    self.app.consumer.watermark.total,
                    self.app.consumer.watermark.bytes,
                    self.app.consumer,
                    self.assignment.partitions,
                    stopped=self._dead_letters.exceeded is not None,
                )
            self._send_round(now)
            self._sweep(now)
            try:
                await asyncio.wait_for(self._stop.wait(), _TICK)
            except TimeoutError:
                continue
        return None

    def _send_round(self, now: float) -> None:
        crowded = self._observer.unread_live > _CROWD
        if (
            self._flow.holds(INCIDENT_RETRY)
            and not crowded
            and now - self._sent_round > _ROUND_EVERY
        ):
            self._sent_round = now
            self.scheduler.send_round()

    def _sweep(self, now: float) -> None:
        """Beside the loop: a volume that hangs must not hide a signal."""
        if now - self._swept > _SWEEP_EVERY and (self._sweeping is None or self._sweeping.done()):
            self._swept = now
            self._sweeping = asyncio.ensure_future(asyncio.to_thread(self._store.sweep))

    async def _leave(self, code: int) -> None:
        """Finish, commit and go; `code` is how the process ends if that takes too long."""
        timeout = self.settings.drain.timeout
        began = self._now()
        self.draining = True
        log.info("worker.draining", unsettled=len(self.scheduler.registry), timeout_s=timeout)
        self._arm_watchdog(code)
        await self.scheduler.drain(timeout * _LEAVING_SHARE)
        await self._amender.close()
        await self._tidier.stop()
        if self._watcher is not None:
            await self._watcher.stop()
        await self._intake.drain(_DEAD_LETTERS_WAIT)
        await self._publisher.close()
        await self._observer.stop()
        await asyncio.to_thread(self._statuses.stop)
        self._store.close()
        left = max(1.0, timeout - (self._now() - began) - 1.0)
        try:
            await asyncio.wait_for(self.app.stop(), left)
        except TimeoutError:
            log.warning("worker.left_without_kafka", detail="unsettled incidents are redelivered")
        except Exception as exc:  # noqa: BLE001 - leaving anyway; nothing unsettled was committed
            log.warning("worker.stop_failed", error=repr(exc))
        log.info("worker.left", seconds=round(self._now() - began, 1))

    def _arm_watchdog(self, code: int) -> None:
        if self._watched:
            return
        self._watched = True
        watchdog = threading.Timer(self.settings.drain.timeout, os._exit, (code,))
        watchdog.daemon = True
        watchdog.start()

    def _install_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._on_signal, number)

    def _on_signal(self, number: int) -> None:
        if self._stop.is_set():
            # Whatever hangs may hang here, too: staging is swept by the next worker.
            log.warning("worker.forced", signal=signal.Signals(number).name)
            os._exit(1)
        log.info("worker.signal", signal=signal.Signals(number).name)
        self._arm_watchdog(0)
        self._stop.set()

    def _connect(self) -> None:
        """Follow the group's assignment by Faust's signals."""

        async def assigned(_: Any, assigned: Any, **__: Any) -> None:
            self.assignment.assign(assigned, self._now())
            self._metrics.assigned.set(len(self.assignment.partitions))

        async def revoked(_: Any, revoked: Any, **__: Any) -> None:
            self.assignment.assign((), self._now())
            self._metrics.rebalances.inc()
            self.scheduler.revoke(lambda delivery: delivery.partition in revoked)
            self._dead_letters.forget()

        self.app.on_partitions_assigned.connect(assigned)
        self.app.on_partitions_revoked.connect(revoked)

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


def _spare_collections() -> None:
    """Looking for garbage among all that was imported would hold up every incident for 0.06 to 0.12 s."""
    gc.collect()
    gc.freeze()
