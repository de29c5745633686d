"""Asking for clips: what is asked, in which states a clip can be found, and where a page ends. Pure.

A list is ordered by the incident's instant, newest first, and by clip id where instants are equal.
That order never changes, so a cursor (the last clip of a page) stays good on every worker.
"""

import base64
import binascii
import struct
from dataclasses import dataclass
from uuid import UUID

from processors.span import Span
from schemas.reason import Outcome
from schemas.status import ClipStatus, Stage

_UNANSWERED = (Stage.PENDING, Stage.WAITING, Stage.CUTTING)
_SHOWN = (Outcome.COMPLETE, Outcome.PARTIAL)
STATES: tuple[tuple[Stage, Outcome | None], ...] = (
    *((stage, None) for stage in _UNANSWERED),
    *((Stage.DONE, outcome) for outcome in _SHOWN),
    (Stage.FAILED, Outcome.FAILED),
    *((Stage.EXPIRED, outcome) for outcome in _SHOWN),
)
"""Every pair of stage and outcome that there is. Few, so a list is a merge of one list for each."""

ALL_TIME = Span(-(1 << 62), 1 << 62)
_CURSOR = struct.Struct(">q16s")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A clip's place in the order of all clips."""

    at: int
    clip_id: str


@dataclass(frozen=True, slots=True)
class ClipQuery:
    """Which clips are wanted. `span` is about the incident's instant; None means any."""

    span: Span = ALL_TIME
    camera: str | None = None
    type: str | None = None
    status: Stage | None = None
    outcome: Outcome | None = None
    after: Place | None = None
    """Only what comes after this clip."""
    limit: int = 50

    @property
    def states(self) -> tuple[str, ...]:
        """Names of the states in which a wanted clip can be; none if status and outcome exclude each other."""
        return tuple(
            _name(stage, outcome)
            for stage, outcome in STATES
            if self.status in (None, stage) and self.outcome in (None, outcome)
        )


@dataclass(frozen=True, slots=True)
class ClipPage:
    """Clips in order, each a `ClipView` as JSON, and where the next page begins; None on the last."""

    clips: tuple[bytes, ...] = ()
    next: Place | None = None


def state_of(status: ClipStatus) -> str:
    """The name of the state that a clip is in."""
    return _name(status.status, status.answer.outcome if status.answer else None)


def write_cursor(place: Place) -> str:
    """An opaque word for `place`, safe in an address."""
    return base64.urlsafe_b64encode(_CURSOR.pack(place.at, UUID(place.clip_id).bytes)).decode()


def read_cursor(text: str) -> Place:
    """The place that `write_cursor` wrote; raises `ValueError` for any other text."""
    try:
        at, raw = _CURSOR.unpack(base64.b64decode(text.encode("ascii"), b"-_", validate=True))
    except (UnicodeEncodeError, binascii.Error, struct.error) as exc:
        msg = "is no cursor: take it from `next` or the Link header of the page before"
        raise ValueError(msg) from exc
    return Place(at, str(UUID(bytes=raw)))


def _name(stage: Stage, outcome: Outcome | None) -> str:
    return f"{stage}/{outcome}" if outcome else stage.value
