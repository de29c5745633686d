"""Instants on the wall clock.

Inside, an instant is an `int`: nanoseconds since 1970-01-01T00:00:00Z (the unit of MediaMTX's
`mtxi` box). Outside, it is RFC 3339 in UTC with a `Z`. This module owns the way between the two.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, PlainSerializer

NANOS = 1_000_000_000
"""Nanoseconds in a second."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


def to_ns(moment: datetime) -> int:
    """Nanoseconds since the epoch of an aware `moment`."""
    return ((moment - _EPOCH) // _MICROSECOND) * 1000


def from_ns(ns: int) -> datetime:
    """The UTC moment of `ns`, cut to the microsecond; years that Python cannot write are clamped."""
    micros = ns // 1000
    if micros >= to_ns(_LAST) // 1000:
        return _LAST
    if micros <= to_ns(_FIRST) // 1000:
        return _FIRST
    return _EPOCH + timedelta(microseconds=micros)


def rfc3339(moment: datetime) -> str:
    """`moment` as RFC 3339 in UTC, e.g. `2026-11-24T08:23:45.500000Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


Instant = Annotated[
    AwareDatetime,
    AfterValidator(_utc),
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
]
"""A field that holds an aware moment and is written as RFC 3339 in UTC."""
