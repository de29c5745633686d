"""What a look says of a job: what it waits for, or what its answer will be made of."""

from dataclasses import dataclass

from processors.footage.coverage import Coverage
from processors.footage.segment import Timeline
from processors.request import ClipRequest
from schemas.clip import ClipCompleted


@dataclass(frozen=True, slots=True)
class Answered:
    """The incident has been answered before: only the announcement may be missing."""

    request: ClipRequest
    answer: ClipCompleted


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that may still come, as a rule footage up to the end of the window."""

    look_at: int
    have: int | None
    """What is covered so far, nanoseconds since the epoch."""
    until: int
    """When waiting ends, whatever there is then."""
    for_room: bool = False
    """What is waited for is room on the output volume, and not footage."""
    for_others: bool = False
    """What is waited for are the windows that it is merged with."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Nothing more is to be waited for."""

    request: ClipRequest
    timeline: Timeline
    coverage: Coverage


@dataclass(frozen=True, slots=True)
class Unclear:
    """A local hour that occurs twice, and no footage tells which one was meant."""

    request: ClipRequest


@dataclass(frozen=True, slots=True)
class Hasty:
    """Reported further ahead of its time than anybody would."""

    request: ClipRequest


@dataclass(frozen=True, slots=True)
class Broken:
    """A fault of ours that did not go away."""

    request: ClipRequest


@dataclass(frozen=True, slots=True)
class Stale:
    """The footage changed between look and cut: look again."""

    detail: str


Conclusive = Answered | Ready | Unclear | Hasty | Broken
Look = Conclusive | Waiting
