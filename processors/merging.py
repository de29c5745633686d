"""Which incidents of a camera share one cut. Pure.

Incidents with the same window always do: their videos would be the same. With `cut.merge: per_camera`
windows that overlap or touch become one longer clip, as long as that is not too long. Every incident
still has its own answer, files and revision, so nothing depends on who shared what: an incident that
comes again finds its own answer, and one that comes later has a clip of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from processors.request import ClipRequest
from processors.span import Span
from schemas.incident import Precision

MOST = 100
"""Incidents that share a clip: each answer lists them all."""
_NAMED = 3
"""Incidents that a title names."""


@dataclass(frozen=True, slots=True)
class Merging:
    """`longest`: of merged clips, nanoseconds; None shares the same windows only."""

    longest: int | None = None

    def may_join(self, wanted: ClipRequest, other: ClipRequest) -> bool:
        """Whether both could be shown by one file; cheap, for long lines."""
        if wanted.window == other.window:
            return _alike(wanted, other)
        exact = Precision.EXACT in (wanted.precision, other.precision)
        return self.longest is not None and not exact and _alike(wanted, other)

    def companions(self, wanted: ClipRequest, others: Iterable[ClipRequest]) -> list[ClipRequest]:
        """Those of `others` that share a clip with `wanted`, which is not among them, by window."""
        asked = [wanted, *(other for other in others if self.may_join(wanted, other))]
        longest = self.longest or wanted.window.length
        found = groups([request.window for request in asked], longest)
        mine = next(group for group in found if 0 in group)
        return [asked[i] for i in mine if i]


def can_share(wanted: ClipRequest) -> bool:
    """Whether it may share at all: a replay makes its own clip, a doubled hour is not decided yet."""
    return wanted.doubled is None and wanted.envelope.replay is None


def groups(windows: Sequence[Span], longest: int, most: int = MOST) -> list[list[int]]:
    """Indices of `windows` that become one clip each, by their starts.

    A window joins those before it if it overlaps or touches them and all together are no longer than
    `longest`; one that is longer by itself stays alone, unless others are the same.
    """
    found: list[list[int]] = []
    span: Span | None = None
    for i in sorted(range(len(windows)), key=lambda i: windows[i]):
        window = windows[i]
        if span is not None and window.start <= span.end and len(found[-1]) < most:
            both = Span(span.start, max(span.end, window.end))
            if both.length <= longest or window == span:
                found[-1].append(i)
                span = both
                continue
        found.append([i])
        span = window
    return found


def union(windows: Sequence[Span]) -> Span:
    """From the first start to the last end."""
    return Span(min(w.start for w in windows), max(w.end for w in windows))


def title(requests: Sequence[ClipRequest]) -> str:
    """For the file's metadata: the camera and the incidents, by name."""
    names = [request.incident_id for request in requests]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{requests[0].camera} {', '.join(names[:_NAMED])}{more}"


def _alike(wanted: ClipRequest, other: ClipRequest) -> bool:
    return can_share(other) and wanted.lane is other.lane and wanted.precision is other.precision
