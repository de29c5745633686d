"""The inside of a worker on fakes, put together as `faust_app` does it, without Faust."""

import json
from collections.abc import AsyncIterator
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from pathlib import Path

from processors.adapters.amend_list import DiskAmendList
from processors.adapters.group_book import DiskGroupBook
from processors.answer import Answers
from processors.clip_job import ClipJob
from processors.footage.readiness import Patience
from processors.footage.setup import Setups
from processors.merging import Merging
from schemas.clip import ClipCompleted
from schemas.instant import NANOS, from_ns, rfc3339
from schemas.settings import Limits, Windows
from schemas.status import ClipStatus
from streams.announcer import Announcer
from streams.dead_letters import DeadLetters
from streams.delivery import Delivery
from streams.group_announcer import GroupAnnouncer
from streams.incidents import Intake
from streams.metrics import Metrics
from streams.publisher import Publisher
from streams.scheduler import Scheduler
from tests.fakes.clock import LoopClock
from tests.fakes.cutter import FakeCutter
from tests.fakes.deliveries import FakeStream
from tests.fakes.hold import NotedHold
from tests.fakes.recordings import ScriptedRecordings
from tests.fakes.sender import ListSender
from tests.fakes.store import WatchedStore
from tests.fakes.virtual_time import InlineExecutor
from topics.dead_letter_limit import DlqLimit
from topics.names import CLIP_COMPLETED, CLIP_STATUS
from topics.record import Record

BEFORE, AFTER = 3.0, 2.0
"""Seconds around an incident that `report` asks for."""
PATIENCE = 20.0
"""Seconds after a window's end that a worker waits for footage."""


class Rig:
    """One worker. Made and used inside a running loop."""

    def __init__(
        self,
        root: Path,
        *,
        recordings: ScriptedRecordings | None = None,
        cutters: int = 2,
        limits: Limits | None = None,
        lookers: Executor | None = None,
        merging: Merging | None = None,
        mixed: bool = False,
    ) -> None:
        self.journal: list[str] = []
        self.clock = LoopClock()
        self.recordings = recordings or ScriptedRecordings()
        self.cutter = FakeCutter()
        self.hold = NotedHold()
        self.store = WatchedStore(root, self.journal)
        self.sender = ListSender(self.journal)
        self.stream = FakeStream(self.journal)
        self.metrics = Metrics()
        self.publisher = Publisher(self.sender)
        self.announcer = Announcer(
            self.publisher,
            self.store,
            self.clock,
            self.metrics,
            groups=GroupAnnouncer(self.publisher, DiskGroupBook(root)),
        )
        job = ClipJob(
            self.recordings,
            self.cutter,
            self.store,
            self.clock,
            answers=Answers(),
            patience=Patience(PATIENCE, 0.25),
            windows=Windows(),
            mixed=mixed,
            hold=self.hold,
        )
        self.scheduler = Scheduler(
            job,
            self.announcer,
            self.publisher,
            self.clock,
            self.metrics,
            amend_list=DiskAmendList(root),
            limits=limits or Limits(),
            cutters=cutters,
            lookers=lookers or InlineExecutor(1),
            merging=merging or Merging(),
        )
        self.dead_letters = DeadLetters(self.publisher, self.clock, self.metrics, DlqLimit())
        self.intake = Intake(
            self.scheduler,
            self.dead_letters,
            setups=Setups(),
            windows=Windows(),
            clock=self.clock,
            metrics=self.metrics,
        )

    @asynccontextmanager
    async def working(self) -> AsyncIterator["Rig"]:
        """Let it work; at the end it drains, and no loop of it may have failed."""
        self.store.open()
        self.scheduler.start()
        try:
            yield self
            assert self.scheduler.failed() is None
        finally:
            await self.scheduler.drain(30)
            await self.publisher.close()
            self.store.close()

    def report(
        self,
        name: str = "i-1",
        *,
        camera: str = "camera1",
        at: int | None = None,
        partition: int = 0,
        **more: object,
    ) -> Delivery:
        """An incident comes in; by default it happens now."""
        at = self.clock.now() if at is None else at
        body = {
            "incident_id": name,
            "camera_id": camera,
            "timestamp": rfc3339(from_ns(at)),
            "before": BEFORE,
            "after": AFTER,
        }
        value = json.dumps(body | more).encode()
        delivery = self.stream.deliver(value, at=self.clock.now(), partition=partition)
        self.intake.take(delivery)
        return delivery

    def film(self, camera: str = "camera1", *, ago: int = 30, seconds: int = 90) -> None:
        """The camera records files of 5 s, from `ago` seconds before now."""
        self.recordings.film_live(camera, self.clock.now() - ago * NANOS, seconds)

    async def answered(self, count: int = 1) -> list[ClipCompleted]:
        """The answers, once there are so many."""
        return [answer_in(record) for record in await self.sender.until(CLIP_COMPLETED, count)]

    @property
    def answers(self) -> list[ClipCompleted]:
        """The answers so far."""
        return [answer_in(record) for record in self.sender.to(CLIP_COMPLETED)]

    @property
    def event_ids(self) -> set[bytes | None]:
        """Of the answers so far."""
        return {dict(record.headers).get("ce_id") for record in self.sender.to(CLIP_COMPLETED)}

    async def until_said(self, words: str) -> None:
        """Return when some clip is said to wait for `words`."""
        count = 0
        while True:
            count += 1
            record = (await self.sender.until(CLIP_STATUS, count))[count - 1]
            if ClipStatus.model_validate_json(record.value or b"").waiting_for == words:
                return

    @property
    def last_status(self) -> ClipStatus:
        """What was said last of any clip."""
        return ClipStatus.model_validate_json(self.sender.to(CLIP_STATUS)[-1].value or b"")

    @property
    def stages(self) -> list[str]:
        """What was said of clips, in order."""
        said = self.sender.to(CLIP_STATUS)
        return [ClipStatus.model_validate_json(record.value or b"").status for record in said]

    def counted(self, name: str, **labels: str) -> float:
        """A metric's value; 0 if it was never touched."""
        return self.metrics.registry.get_sample_value(name, labels) or 0.0

    def taken(self, partition: int) -> None:
        """The group takes a partition away."""
        self.scheduler.revoke(lambda delivery: delivery.partition.partition == partition)


def answer_in(record: Record) -> ClipCompleted:
    """The answer that a record holds."""
    return ClipCompleted.model_validate_json(record.value or b"")
