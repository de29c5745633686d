"""What the HTTP interface is plugged into."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from processors.clip_query import ClipPage, ClipQuery
from processors.footage.setup import Setups
from processors.ports import Clock
from schemas.camera_report import FootageReport
from schemas.clip import ClipCompleted
from schemas.http import ClipView
from schemas.settings import Settings
from schemas.status import ClipStatus
from streams.health import Health
from streams.metrics import Metrics
from streams.publisher import Outbox


class ClipIndex(Protocol):
    """Where every clip stands. Blocking: call it in a thread."""

    def get(self, clip_id: str) -> ClipView | None:
        """Where a clip stands; None for a clip that nobody has heard of."""
        ...

    def get_json(self, clip_id: str) -> bytes | None:
        """The same as JSON."""
        ...

    def page(self, query: ClipQuery) -> ClipPage:
        """The next clips that `query` wants, newest first."""
        ...

    def cameras(self) -> list[str]:
        """The cameras that clips are of, by name; the first thousand."""
        ...

    def fold(self, changes: tuple[ClipStatus, ...]) -> None:
        """Take in what this worker knows before the topic tells it."""
        ...


class Published(Protocol):
    """The files of published clips. Blocking: call it in a thread."""

    def find(self, stem: str) -> ClipCompleted | None:
        """The answer published under `stem`, if its files are what it says."""
        ...


class Posters(Protocol):
    """Still pictures of published clips."""

    async def provide(self, stem: str, answer: ClipCompleted) -> None:
        """See to it that `posters/{stem}.jpg` shows `answer`; raises `CutError` or `StoreError`."""
        ...


@dataclass(frozen=True)
class Parts:
    """Everything that the pages need of the worker."""

    settings: Settings
    setups: Setups
    clock: Clock
    outbox: Outbox
    clips: ClipIndex
    published: Published
    posters: Posters
    cameras: Callable[[], FootageReport]
    """Blocking: call it in a thread."""
    health: Callable[[], Health]
    alive: Callable[[], bool]
    accepting: Callable[[], bool]
    """Whether incidents can be sent on."""
    loaded: Callable[[], bool]
    """Whether `clips` holds all that the topic held when this worker started."""
    observe: Callable[[], None]
    """Brings the gauges up to date."""
    metrics: Metrics
    hint: Callable[[str], None]
    """Says that there may be new footage of a camera."""
