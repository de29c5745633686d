"""Local times: which instant a clock on the wall meant.

A zone leaves out an hour in spring and repeats one in autumn. Neither is ever guessed here.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo


@dataclass(frozen=True, slots=True)
class Missing:
    """A local time that no clock showed: the zone skipped it."""

    written: datetime


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A local time that occurred twice; both moments are in UTC."""

    earlier: datetime
    later: datetime


def candidates(written: datetime, zone: tzinfo) -> tuple[datetime, ...]:
    """The moments (in UTC, 0 to 2 of them, in order) at which clocks in `zone` showed `written`.

    `zone` counts for naive times only.
    """
    if written.tzinfo is not None:
        return (written.astimezone(UTC),)
    found = []
    for fold in (0, 1):
        try:
            moment = written.replace(tzinfo=zone, fold=fold).astimezone(UTC)
            shown = moment.astimezone(zone).replace(tzinfo=None, fold=0)
        except OverflowError:  # the first or last day that Python can write
            continue
        if shown == written.replace(fold=0):
            found.append(moment)
    return tuple(sorted(set(found)))


def resolve(written: datetime, zone: tzinfo) -> datetime | Missing | Ambiguous:
    """The moment in UTC that `written` means; a naive time is read in `zone`."""
    match candidates(written, zone):
        case (moment,):
            return moment
        case (earlier, later):
            return Ambiguous(earlier, later)
        case _:
            return Missing(written)
