"""Parked incidents: the record as it was, on the retry topic, with what its first record said.

A job that waits long, or whose camera has too many of them in memory, is parked so that the
watermark of its topic can move. The same bytes give the same clip id.
"""

from topics.names import INCIDENT_RETRY
from topics.record import Outgoing, Record

_FROM = "clip_parked_from"
_REPORTED_AT = "clip_reported_at"


def park(record: Record, reported_at: int) -> Outgoing:
    """`record` for the retry topic; `reported_at` is its time stamp in nanoseconds."""
    added = ((_FROM, origin(record).encode()), (_REPORTED_AT, str(reported_at).encode()))
    kept = tuple((n, v) for n, v in record.headers if n not in (_FROM, _REPORTED_AT))
    return Outgoing(INCIDENT_RETRY, record.key, record.value, kept + added)


def origin(record: Record) -> str:
    """The topic that the incident was first reported on."""
    parked = record.header(_FROM) if record.topic == INCIDENT_RETRY else None
    return parked.decode(errors="replace") if parked else record.topic


def reported_at(record: Record) -> int | None:
    """When the incident was first reported; None if nothing says so."""
    written = record.header(_REPORTED_AT) if record.topic == INCIDENT_RETRY else None
    if written is not None and written.isdigit() and len(written) < 20:
        return int(written)
    return record.timestamp
