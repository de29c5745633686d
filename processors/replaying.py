"""Which earlier incidents a replay sends again, and what that will come to. Pure."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, uuid5

from processors.answer import stem_of
from processors.footage.setup import Setups
from processors.request import ClipRequest
from processors.window import request
from schemas.settings import Windows
from topics.cloudevents import ReplayMode
from topics.codec import Reported, decode
from topics.record import Record

_FAULTS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be replayed."""

    since: int | None = None
    """Reported at or after this, nanoseconds since the epoch."""
    until: int | None = None
    """Reported before this."""
    camera: str | None = None
    type: str | None = None
    mode: ReplayMode | None = None

    def covers(self, record: Record) -> bool:
        """Whether the record was written in the wanted time."""
        at = record.timestamp or 0
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


@dataclass(slots=True)
class Forecast:
    """What was found in the wanted time."""

    chosen: int = 0
    answered: int = 0
    """Left out, since they have an answer (or, for announcing again, have none)."""
    not_wanted: int = 0
    """Of another camera or type."""
    unreadable: int = 0
    """No incidents."""
    faults: list[str] = field(default_factory=list)
    """What is wrong with the first of them: partition/position and words."""
    cameras: Counter[str] = field(default_factory=Counter)
    first: int | None = None
    """Earliest chosen incident, nanoseconds since the epoch."""
    last: int | None = None


class Chooser:
    """Chooses records; `is_answered` tells by a clip's file stem whether there is an answer."""

    def __init__(
        self, wish: Wish, setups: Setups, windows: Windows, is_answered: Callable[[str], bool]
    ) -> None:
        self.forecast = Forecast()
        self._wish = wish
        self._setups = setups
        self._windows = windows
        self._is_answered = is_answered

    def takes(self, record: Record) -> bool:
        """Whether to send `record` again; counts it. Blocking: it may look on the disk."""
        if not self._wish.covers(record):
            return False
        wanted = self._understand(record)
        if isinstance(wanted, str):
            self._note(f"{record.partition}/{record.offset}: {wanted}")
        elif self._wish.camera not in (None, wanted.camera) or (
            self._wish.type not in (None, wanted.type)
        ):
            self.forecast.not_wanted += 1
        elif not self._is_due(wanted):
            self.forecast.answered += 1
        else:
            self._count(wanted)
            return True
        return False

    def _note(self, fault: str) -> None:
        self.forecast.unreadable += 1
        if len(self.forecast.faults) < _FAULTS_SHOWN:
            self.forecast.faults.append(fault)

    def _understand(self, record: Record) -> ClipRequest | str:
        """The request, or why there is none."""
        said = decode(record)
        if not isinstance(said, Reported):
            return said.message
        setup = self._setups.of(said.incident.camera_id)
        found = request(said, record.timestamp or 0, setup.zone, self._windows, setup.clock_offset)
        return found if isinstance(found, ClipRequest) else found.message

    def _is_due(self, wanted: ClipRequest) -> bool:
        if self._wish.mode is ReplayMode.FORCE:
            return True
        answered = any(self._is_answered(stem_of(r)) for r in (wanted, wanted.later()))
        return answered == (self._wish.mode is ReplayMode.REPUBLISH)

    def _count(self, wanted: ClipRequest) -> None:
        forecast, at = self.forecast, wanted.at
        forecast.chosen += 1
        forecast.cameras[wanted.camera] += 1
        forecast.first = at if forecast.first is None else min(forecast.first, at)
        forecast.last = at if forecast.last is None else max(forecast.last, at)


def replay_id(asked: Mapping[str, str], attempt: int) -> str:
    """The id of a replay: the same for the same question, another for each further attempt."""
    text = "\n".join(f"{name}={value}" for name, value in sorted(asked.items()))
    return f"r-{uuid5(NAMESPACE_URL, text).hex[:12]}" + (f"-{attempt}" if attempt > 1 else "")
