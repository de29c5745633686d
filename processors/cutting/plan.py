"""What to cut: the plan of one clip, and what came of it. Plain data; see `planner` for the decision."""

from dataclasses import dataclass

from processors.footage.coverage import Gap
from processors.footage.segment import Segment
from processors.span import Span
from schemas.clip import Method, Sound
from schemas.incident import Precision


@dataclass(frozen=True, slots=True)
class Piece:
    """The part of the clip that comes from one recorded file."""

    segment: Segment
    zero: int
    """Wall clock of the file's own time zero, as the clip places it: seamless within a stream."""
    span: Span
    """What is shown of it, on the wall clock."""
    seamless: bool = False
    """Whether it goes on exactly where the piece before it ends."""
    until: int | None = None
    """Where the next piece takes over, on the wall clock, if that is before this one ends."""


@dataclass(frozen=True, slots=True)
class CutPlan:
    """Pieces in order, at least one."""

    camera: str
    window: Span
    at: int
    """The incident's own instant, nanoseconds since the epoch."""
    precision: Precision
    pieces: tuple[Piece, ...]
    gaps: tuple[Gap, ...] = ()
    """What of the window the clip will not show, in order."""
    share: float = 1.0
    """How much of the window the clip will show, 0 to 1."""
    title: str = ""
    """For the file's metadata: camera and incident id."""
    also: tuple[int, ...] = ()
    """Instants of further incidents that the clip answers."""

    @property
    def span(self) -> Span:
        """From the first instant shown to the end of the last frame."""
        return Span(self.pieces[0].span.start, self.pieces[-1].span.end)

    @property
    def slots(self) -> tuple[int, ...]:
        """Nanoseconds from the start of each piece to the start of the next, or to its own end."""
        starts = [piece.span.start for piece in self.pieces]
        ends = [*starts[1:], self.span.end]
        return tuple(end - start for start, end in zip(starts, ends, strict=True))

    @property
    def joinable(self) -> bool:
        """Whether, as far as headers tell, the pieces can be joined by copying."""
        return len({piece.segment.signature for piece in self.pieces}) == 1

    def shows(self, instant: int) -> bool:
        """Whether a frame of the clip was recorded at `instant`."""
        return any(piece.span.contains(instant) for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class CutResult:
    """A proven clip in staging."""

    method: Method
    precision: Precision
    """As cut, which may be less than was asked for."""
    size: int
    sha256: str | None
    span: Span
    """What it shows, on the wall clock: first frame to the end of the last."""
    duration: int
    """Nanoseconds, as a player shows it."""
    frames: int
    width: int
    height: int
    mime_codecs: str | None
    blake3: str | None = None
    sound: Sound | None = None
    """What became of it; None of several files, which tell each."""
    lead_in: int = 0
    """Nanoseconds hidden before the first frame shown."""
    verified: int = 0
    """Nanoseconds that proving the clip took."""
    first_frame: int = 0
    """Nanoseconds that a player counts before the first frame shown."""
    parts: "tuple[CutResult, ...]" = ()
    """Of a clip in several files: each of them, in order of time (see `parting`)."""

    def place(self, instant: int) -> int:
        """Nanoseconds into the clip, as a player counts, of an instant; the nearest that it has.

        Parts count one behind the other.
        """
        before = 0
        for part in self.parts:
            if instant < part.span.end or part is self.parts[-1]:
                return before + part.place(instant)
            before += part.duration
        return (
            min(max(instant, self.span.start), self.span.end) - self.span.start + self.first_frame
        )
