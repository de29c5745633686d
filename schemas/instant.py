"""Instants on the wall clock.

Inside, an instant is an `int`: nanoseconds since 1970-01-01T00:00:00Z (the unit of MediaMTX's
`mtxi` box). Outside, it is RFC 3339 in UTC with a `Z`. This module owns the way between the two.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, PlainSerializer, WithJsonSchema

NANOS = 1_000_000_000
"""Nanoseconds in a second."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)
_WRITTEN = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?"
    r" ?([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)?"
)
_WRITTEN_RE = re.compile(_WRITTEN)


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


def utc(moment: datetime) -> datetime:
    """An aware `moment` in UTC; one that its offset carries out of Python's years is clamped."""
    return from_ns(to_ns(moment))


def rfc3339(moment: datetime) -> str:
    """`moment` as RFC 3339 in UTC, e.g. `2026-11-24T08:23:45.500000Z`."""
    return utc(moment).isoformat().replace("+00:00", "Z")


def read_time(value: object) -> datetime:
    """The time that a producer wrote: aware if it has an offset, else naive.

    Takes RFC 3339 and its common relatives (a space for the T, a comma, no seconds, `+0200`,
    no offset). Raises `ValueError` for all else, numbers too: their unit would be a guess.
    """
    if isinstance(value, datetime):
        return value
    text = value.strip().upper() if isinstance(value, str) else ""
    if _WRITTEN_RE.fullmatch(text):
        date, clock = text[:10], text[11:].replace(" ", "").replace(",", ".")
        try:
            return datetime.fromisoformat(f"{date}T{clock}")
        except ValueError:
            pass
    msg = "is no time: write RFC 3339, for example 2026-11-24T08:23:45Z"
    raise ValueError(msg)


Instant = Annotated[
    AwareDatetime,
    AfterValidator(utc),
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": "Z$"}),
]
"""A field that holds an aware moment and is written as RFC 3339 in UTC."""

WrittenTime = Annotated[
    datetime,
    BeforeValidator(read_time),
    WithJsonSchema({"type": "string", "pattern": f"^{_WRITTEN}$"}),
]
"""A time as a producer wrote it: aware, or naive and then read in the camera's zone."""
