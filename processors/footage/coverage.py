"""How much of a window the footage covers."""

from dataclasses import dataclass

from processors.span import Span
from schemas.reason import GapCause


@dataclass(frozen=True, slots=True)
class Gap:
    """A span of a window without footage."""

    span: Span
    cause: GapCause


@dataclass(frozen=True, slots=True)
class Coverage:
    """What of a window is covered."""

    spans: tuple[Span, ...]
    """Covered, in order."""
    gaps: tuple[Gap, ...]
    """Not covered, in order."""
    share: float
    """Of the window that is covered, 0 to 1."""
