"""What an incident asks for, once its words are understood."""

from dataclasses import dataclass, field, replace
from typing import Any

from processors.ready_queue import Lane
from processors.span import Span
from schemas.incident import Group, Precision
from topics.cloudevents import Envelope


@dataclass(frozen=True, slots=True)
class ClipRequest:
    """One clip to make. Times are nanoseconds since the epoch."""

    clip_id: str
    incident_id: str
    camera: str
    at: int
    """The incident's instant, by the clock that it is told by."""
    window: Span
    """On the recorder's clock."""
    precision: Precision | None
    """None leaves it to the plan, which knows the files."""
    reported_at: int
    """When the record was written: the start of what we answer for."""
    type: str | None = None
    annotations: dict[str, Any] = field(default_factory=dict)
    group: Group | None = None
    envelope: Envelope = field(default_factory=Envelope)
    """What stood around the incident: its CloudEvent id, trace and correlation, carried through."""
    lane: Lane = Lane.LIVE
    doubled: int | None = None
    """The later of two instants that a written local hour may mean; `at` is the earlier one."""

    clock_offset: int = 0
    """By how much the recorder's clock is ahead of the one that the incident is told by."""

    @property
    def recorded_at(self) -> int:
        """The incident's instant on the recorder's clock."""
        return self.at + self.clock_offset

    def told(self, instant: int) -> int:
        """A recorder's instant on the clock that the incident is told by."""
        return instant - self.clock_offset

    def later(self) -> "ClipRequest":
        """The same request, read as the later of its two instants."""
        if self.doubled is None:
            return self
        shift = self.doubled - self.at
        window = Span(self.window.start + shift, self.window.end + shift)
        return replace(self, at=self.doubled, window=window, doubled=None)

    def settled_hour(self) -> "ClipRequest":
        """The same request, read as the earlier of its two instants."""
        return replace(self, doubled=None)
