"""The real HTTP application on small fakes, and a client that talks to it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request

from processors import annotation
from processors.adapters.clip_store import DiskClipStore
from processors.adapters.ffmpeg import find_ffmpeg
from processors.adapters.poster_shelf import PosterShelf
from processors.adapters.read_model import ReadModel
from processors.footage.setup import Setup, Setups
from schemas.camera_report import FootageReport
from schemas.clip import ClipCompleted
from schemas.clip_settings import Output
from schemas.settings import Http, Settings
from schemas.status import ClipStatus
from streams.health import Facts, Health, judge
from streams.http.parts import Parts
from streams.http.server import build
from streams.metrics import Metrics
from tests import answers, statuses
from topics.record import Outgoing

T = TypeVar("T")
Client = TestClient[Request, Application]


_NOTHING = FootageReport(cameras=(), strangers=0, problems=())
_HTTP = Http()
_WELL = Facts(
    started=True,
    draining=False,
    assigned_partitions=12,
    waiting=0,
    cutting=0,
    footage_readable=True,
    output_writable=True,
    output_has_room=True,
    statuses_loaded=True,
)


class FixedClock:
    """A clock that stands still."""

    def __init__(self, now: int = 1_764_000_000_000_000_000) -> None:
        self.at = now

    def now(self) -> int:
        return self.at


@dataclass
class Broker:
    """Acknowledges what is sent, or keeps silent for ever."""

    away: bool = False
    sent: list[Outgoing] = field(default_factory=list)

    async def send(self, record: Outgoing) -> None:
        if self.away:
            await asyncio.Event().wait()
        self.sent.append(record)

    def of(self, topic: str) -> list[Outgoing]:
        return [record for record in self.sent if record.topic == topic]


@dataclass
class Door:
    """A worker as its HTTP interface sees it. Change its fields to change how it is."""

    root: Path
    broker: Broker = field(default_factory=Broker)
    http: Http = _HTTP
    output: Output | None = None
    facts: Facts = _WELL
    alive: bool = True
    accepting: bool = True
    loaded: bool = True
    cameras: Callable[[], FootageReport] = lambda: _NOTHING
    hints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = DiskClipStore(self.root)
        self.store.open()
        self.model = ReadModel(self.root / "clips.sqlite")
        self.model.open()
        self.metrics = Metrics(max_cameras=2)

    def close(self) -> None:
        self.model.close()
        self.store.close()

    def health(self) -> Health:
        return judge(self.facts)

    def parts(self) -> Parts:
        return Parts(
            settings=Settings(output=self.output or Output(root=self.root), http=self.http),
            setups=Setups(Setup(zone=ZoneInfo("Europe/Berlin"))),
            clock=FixedClock(),
            outbox=self.broker,
            clips=self.model,
            published=self.store,
            posters=PosterShelf(self.store, find_ffmpeg),
            cameras=self.cameras,
            health=self.health,
            alive=lambda: self.alive,
            accepting=lambda: self.accepting,
            loaded=lambda: self.loaded,
            observe=lambda: None,
            metrics=self.metrics,
            hint=self.hints.append,
        )

    def application(self) -> Application:
        return build(self.parts())

    def ask(self, work: Callable[[Client], Awaitable[T]]) -> T:
        """What `work` makes of a client of a running server."""

        async def run() -> T:
            async with TestClient(TestServer(self.application())) as client:
                return await work(client)

        return asyncio.run(run())

    def publish(
        self, name: str, content: bytes = b"video", camera: str = "camera1"
    ) -> tuple[ClipCompleted, ClipStatus]:
        """A complete clip on disk and in the list."""
        stem = f"{camera}_20261124_082345_{statuses.clip_id(name)}"
        answer = answers.complete(stem, content).model_copy(
            update={"clip_id": statuses.clip_id(name)}
        )
        with self.store.staging(answer.clip_id) as folder:
            (folder / "clip.mp4").write_bytes(content)
            self.store.publish(stem, folder / "clip.mp4", answer, annotation.render)
        status = statuses.answered(name, answer, camera=camera)
        self.model.fold([status])
        return answer, status
