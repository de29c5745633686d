"""What the decisions need from the world, each as small as it can be."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from processors.cutting.plan import CutPlan, CutResult
from processors.footage.segment import Timeline
from processors.span import Span
from schemas.clip import ClipCompleted
from topics.cloudevents import Envelope


class Clock(Protocol):
    """The wall clock."""

    def now(self) -> int:
        """Nanoseconds since the epoch."""
        ...


class Recordings(Protocol):
    """The footage of all cameras, read-only. Blocking: call it in a thread."""

    def timeline(self, camera: str, window: Span, now: int) -> Timeline:
        """The segments that touch `window`, with neighbours. Never raises for what files hold."""
        ...

    def away(self) -> str | None:
        """Why the footage root says nothing about any camera (not mounted); None if it does."""
        ...


class Hold(Protocol):
    """Keeps recordings that a job waits to cut. Blocking, but for `holds`: call it in a thread."""

    def holds(self, job: str) -> bool:
        """Whether anything is kept for `job`."""
        ...

    def hold(self, job: str, paths: Iterable[str]) -> None:
        """See to it that the files (relative to the root) stay while `job` needs them."""
        ...

    def release(self, job: str) -> None:
        """Let go of what only `job` needed."""
        ...


class Cutter(Protocol):
    """Turns a plan into a proven file."""

    async def cut(self, plan: CutPlan, target: Path) -> CutResult:
        """Write `target` (a name in staging) and prove it; raises `CutError` or `StoreError`."""
        ...


class ClipStore(Protocol):
    """Published clips. Blocking: call it in a thread."""

    def has_room(self) -> bool:
        """Whether more room than the floor is left."""
        ...

    def staging(self, clip_id: str) -> AbstractContextManager[Path]:
        """A folder of its own for the work on one clip, gone afterwards."""
        ...

    def stem_of(self, clip_id: str) -> str | None:
        """Under which stem the clip's files are; None before it was first published."""
        ...

    def manifest(self, stem: str) -> ClipCompleted | None:
        """The answer published under `stem`, even if its video is not what it says."""
        ...

    def find(self, stem: str) -> ClipCompleted | None:
        """The answer published under `stem`, if its video is what it says."""
        ...

    def publish(
        self,
        stem: str,
        video: Path | None,
        answer: ClipCompleted,
        render: Callable[[ClipCompleted], Mapping[str, bytes]],
    ) -> ClipCompleted:
        """Give the files their final names; returns the answer that stands (an earlier one wins)."""
        ...

    def share(self, video: Path, other: Path) -> None:
        """Make `other` a second file in staging that holds what `video` does, and goes by itself."""
        ...

    def is_announced(self, clip_id: str, revision: int) -> bool:
        """Whether the broker has acknowledged the completion event."""
        ...

    def mark_announced(self, clip_id: str, revision: int) -> None:
        """Remember that the broker has acknowledged the completion event."""
        ...


class AmendList(Protocol):
    """Clips whose missing footage may still turn up. Blocking: call it in a thread."""

    def add(self, stem: str, envelope: Envelope) -> None:
        """Remember a clip; does nothing if it is there already."""
        ...

    def stems(self) -> tuple[str, ...]:
        """All clips on the list."""
        ...

    def claim(self, stem: str) -> AbstractContextManager[Envelope | None]:
        """What stood around the incident, while nobody else can claim it; None if somebody has."""
        ...

    def remove(self, stem: str) -> None:
        """Forget a clip."""
        ...


class GroupBook(Protocol):
    """Answers of incidents that belong together. Blocking, but for `claim`: call it in a thread."""

    def add(self, group: str, answer: ClipCompleted) -> None:
        """Remember an answer over a power cut; an older revision changes nothing."""
        ...

    def answers(self, group: str) -> list[ClipCompleted]:
        """The newest answer of each camera so far."""
        ...

    def is_announced(self, group: str) -> bool:
        """Whether the broker has acknowledged the record of the whole group."""
        ...

    def mark_announced(self, group: str) -> None:
        """Remember that it has."""
        ...

    def claim(self, group: str) -> AbstractContextManager[bool]:
        """True while nobody else may look at the group; False if somebody does. Does not wait."""
        ...
