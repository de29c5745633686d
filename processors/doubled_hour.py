"""A local hour that occurs twice, because clocks were put back in it: which one was meant. Pure."""

from collections.abc import Sequence

from processors.look import Ready, Unclear
from processors.request import ClipRequest
from schemas.instant import NANOS
from schemas.reason import GapCause

_TOLERANCE = 60 * NANOS
"""How far a detector's clock may be ahead of the broker's."""


def readings(request: ClipRequest) -> list[ClipRequest]:
    """What the request's hour may mean: two where it occurs twice.

    Nobody reports what has not happened, so the later hour is out if its time had not come when
    the record was written.
    """
    earlier, later = request.settled_hour(), request.later()
    if request.doubled is None or later.recorded_at > request.reported_at + _TOLERANCE:
        return [earlier]
    return [earlier, later]


def decided(request: ClipRequest, looks: Sequence[Ready]) -> Ready | Unclear:
    """The footage decides, by what there is for each reading: exactly one that has any.

    One for which footage may still come may not lose for having none.
    """
    if len(looks) == 1:
        return looks[0]
    covered = [look for look in looks if look.coverage.share > 0]
    none = [look for look in looks if look.coverage.share == 0]
    late = any(gap.cause is GapCause.NOT_YET for look in none for gap in look.coverage.gaps)
    return covered[0] if len(covered) == 1 and not late else Unclear(request)
