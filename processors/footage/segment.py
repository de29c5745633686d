"""One recorded file as the timeline knows it."""

from dataclasses import dataclass, field
from enum import StrEnum

from processors.mp4.landmarks import Landmarks
from processors.mp4.movie import Mtxi
from processors.span import Span
from schemas.instant import NANOS

AHEAD = 10 * NANOS
"""A file that begins so long from now has a name that lies: it proves nothing about the present."""


class SegmentState(StrEnum):
    """What may be expected of a file."""

    EMPTY = "empty"
    """0 bytes or a header without a whole part: not readable yet, not broken."""
    GROWING = "growing"
    """Being written; its whole fragments can be read."""
    COMPLETE = "complete"
    CRASHED = "crashed"
    """Will not grow and was not closed properly; its whole fragments can be read."""
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Segment:
    """A file of one camera. `span` is what its video covers on the wall clock."""

    path: str
    """Relative to the footage root."""
    span: Span
    """Of a file that is EMPTY or UNREADABLE: a guess by its name."""
    state: SegmentState
    size: int
    """Bytes that may be read: up to the last whole box."""
    signature: tuple[object, ...] = ()
    """Equal signatures may be joined by copying: codecs, configuration, sizes, time scales."""
    mtxi: Mtxi | None = None
    zero: int = 0
    """Wall clock of the file's own time zero, nanoseconds since the epoch."""
    uncertainty: int = 0
    """How far `span` may be off, nanoseconds."""
    problem: str = ""
    """Why it is UNREADABLE or CRASHED, in words."""
    frame: int = 0
    """How long a frame usually lasts, nanoseconds; 0 where nothing can be read."""
    holes: tuple[Span, ...] = ()
    """Parts of `span` in which the picture is missing or stands still."""
    landmarks: Landmarks | None = field(default=None, compare=False, repr=False)
    """Where in the file what is, if it is long."""
    name_off: int = 0
    """By how much its name is later than `zero` and its content say (negative: earlier)."""

    def follows(self, other: "Segment") -> bool:
        """Whether this is, by the recorder's own count, the next file of the same stream."""
        return (
            self.mtxi is not None
            and other.mtxi is not None
            and self.mtxi.stream_id == other.mtxi.stream_id
            and self.mtxi.number == other.mtxi.number + 1
        )


@dataclass(frozen=True, slots=True)
class Timeline:
    """A camera's segments in wall-clock order, as far as a window needs them."""

    camera: str
    known: bool
    """Whether the footage root has anything of this camera at all."""
    segments: tuple[Segment, ...] = ()
    """Ordered by `span.start`. Includes a few neighbours on both sides of the window."""
    oldest: int | None = None
    """Start of the oldest segment that the recorder still keeps, by its name."""
    newest: int | None = None
    """End of what is covered by the newest readable segment."""
    segment_length: float | None = None
    """Seconds that this camera's segments usually last."""
    fragmented: bool = False
    """Whether a growing file can be read (fMP4)."""
    name_off: int = 0
    """By how much names are usually later than the clocks in the files, if it is more than a second."""
    misnamed: tuple[tuple[str, int], ...] = ()
    """Files whose names are off in another way, with by how much: copied or renamed ones."""
    lag: int = 0
    """How long after its end a closed file usually got its last change: some are sent here late."""
