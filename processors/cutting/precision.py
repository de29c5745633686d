"""How a clip is cut whose incident does not say it. Pure.

Whole files are the simplest and safest clip, as long as they are short: a recorder may well write
an hour into one file (MediaMTX does, by default), and nobody wants an hour of twenty seconds.
"""

from collections.abc import Iterable

from processors.cutting.plan import Piece
from processors.footage.segment import Segment, SegmentState
from schemas.incident import Precision
from schemas.instant import NANOS

EXACT_ABOVE = 90 * NANOS
"""Longer files are cut exactly. Not 60 s: files of a minute last until their next key picture."""


def chosen(
    asked: Precision | None,
    pieces: Iterable[Piece],
    usual: float | None,
    exact_above: int = EXACT_ABOVE,
) -> Precision:
    """As `asked`, or else exactly where a file of the clip is longer than `exact_above` nanoseconds.

    `usual`: seconds that the camera's files last. A file that grows counts as one of them, so that it
    makes no difference how long it is when it is looked at.
    """
    if asked is not None:
        return asked
    lasts = round((usual or 0) * NANOS)
    longest = max((_length(piece.segment, lasts) for piece in pieces), default=0)
    return Precision.EXACT if longest > exact_above else Precision.SEGMENTS


def _length(segment: Segment, usual: int) -> int:
    growing = segment.state is SegmentState.GROWING
    return max(segment.span.length, usual) if growing else segment.span.length
