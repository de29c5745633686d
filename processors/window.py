"""From an incident to the window that its clip shall show, or why there is none.

Only what can never become an incident is refused (and goes to the dead letters); everything else
becomes a request, answered in time, if need be with `failed`.
"""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from processors import identity
from processors.moment import Ambiguous, Missing, resolve
from processors.request import ClipRequest
from processors.span import Span
from schemas.incident import Incident
from schemas.instant import NANOS, from_ns, rfc3339, to_ns
from schemas.settings import Windows


@dataclass(frozen=True, slots=True)
class Reported:
    """An incident as it came, with what its envelope said."""

    incident: Incident
    reported_at: int
    """Timestamp of the record, nanoseconds since the epoch."""
    incident_id: str | None = None
    source: str = ""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """It can never become a clip; `message` names the field, the value and the fix."""

    message: str


def request(reported: Reported, zone: tzinfo, limits: Windows) -> ClipRequest | Refused:
    """What `reported` asks for; naive times are read in `zone`."""
    incident = reported.incident
    start = _instants("timestamp", incident.timestamp, zone)
    if isinstance(start, Refused):
        return start
    lasted = _lasted(incident, start[0], zone)
    if isinstance(lasted, Refused):
        return lasted
    before, after = incident.rolls
    window = Span(start[0] - round(before * NANOS), start[0] + lasted + round(after * NANOS))
    if window.seconds > limits.max_length:
        return Refused(
            f"the window is {window.seconds:g} s long, more than windows.max_length "
            f"({limits.max_length:g} s): ask for less before, after or duration"
        )
    if window.length == 0:
        return Refused("the window is empty: before and after are both 0; ask for some time")
    doubled = start[1] if len(start) > 1 else None
    written = incident.timestamp.isoformat() if doubled is not None else rfc3339(from_ns(start[0]))
    name = identity.incident_id(incident, reported.source, written, reported.incident_id)
    return ClipRequest(
        clip_id=identity.clip_id(reported.source, name, incident.camera_id),
        incident_id=name,
        camera=incident.camera_id,
        at=start[0],
        window=window,
        precision=incident.precision,
        reported_at=reported.reported_at,
        source=reported.source,
        type=incident.type,
        annotations=incident.annotations,
        group=incident.group,
        headers=reported.headers,
        doubled=doubled,
    )


def is_ahead(wanted: ClipRequest, limits: Windows) -> bool:
    """Whether the incident lies further ahead of its record than anybody would report it."""
    return wanted.at > wanted.reported_at + round(limits.max_ahead * NANOS)


def _instants(name: str, written: datetime, zone: tzinfo) -> tuple[int, ...] | Refused:
    """One instant, or the two that a doubled hour may mean."""
    try:
        found = resolve(written, zone)
        if isinstance(found, Missing):
            return Refused(
                f"{name} {written.isoformat()} does not exist in {zone}: the clocks skip that hour; "
                "write the time with its offset"
            )
        if isinstance(found, Ambiguous):
            return to_ns(found.earlier), to_ns(found.later)
        return (to_ns(found),)
    except OverflowError:
        return Refused(f"{name} {written.isoformat()} cannot be told in UTC: write a year 1-9999")


def _lasted(incident: Incident, start: int, zone: tzinfo) -> int | Refused:
    """Nanoseconds from the start of the incident to its end."""
    if incident.end_timestamp is None:
        return 0
    ends = _instants("end_timestamp", incident.end_timestamp, zone)
    if isinstance(ends, Refused):
        return ends
    lengths = [end - start for end in ends if end >= start]
    if not lengths:
        return Refused(
            f"end_timestamp {incident.end_timestamp.isoformat()} lies before timestamp "
            f"{incident.timestamp.isoformat()}: swap them, or leave it out"
        )
    return min(lengths)
