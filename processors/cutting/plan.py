"""What to cut: the plan of one clip, and what came of it. Plain data; see `planner` for the decision."""

from dataclasses import dataclass

from processors.footage.segment import Segment
from processors.span import Span
from schemas.clip import Method
from schemas.incident import Precision


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the clip that comes from one segment."""

    segment: Segment
    span: Span
    """What is shown of it, on the wall clock."""
    slot: int
    """Nanoseconds from the start of this piece to the start of the next one (to its own end, if last)."""


@dataclass(frozen=True, slots=True)
class CutPlan:
    """Pieces in order, all joinable by copying."""

    camera: str
    pieces: tuple[Piece, ...]
    precision: Precision
    window: Span
    title: str = ""
    """For the file's metadata: camera and incident id."""

    @property
    def span(self) -> Span:
        """From the first instant shown to the end of the last frame."""
        return Span(self.pieces[0].span.start, self.pieces[-1].span.end)


@dataclass(frozen=True, slots=True)
class CutResult:
    """A proven clip in staging."""

    method: Method
    size: int
    sha256: str | None
    duration: int
    """Nanoseconds, as a player shows it."""
    frames: int
    width: int
    height: int
    mime_codecs: str | None
    lead_in: int = 0
    """Nanoseconds hidden before the first frame shown."""
