"""From an incident to the window that its clip shall show, or why there is none.

Only what can never become an incident is refused (and goes to the dead letters); everything else
becomes a request, answered in time, if need be with `failed`.
"""

from datetime import datetime, tzinfo

from processors import identity
from processors.moment import Ambiguous, Missing, resolve
from processors.request import ClipRequest
from processors.span import Span
from schemas.incident import Incident
from schemas.instant import NANOS, from_ns, rfc3339, to_ns
from schemas.settings import Windows
from topics.codec import Malformed, Reported


def request(
    reported: Reported, reported_at: int, zone: tzinfo, limits: Windows, clock_offset: int = 0
) -> ClipRequest | Malformed:
    """What `reported` asks for; `reported_at` is its record's time stamp.

    Naive times are in `zone`, the camera's. `clock_offset` says by how many nanoseconds the
    recorder's clock is ahead of the one that the incident is told by.
    """
    incident = reported.incident
    start = _instants("timestamp", incident.timestamp, zone)
    if isinstance(start, Malformed):
        return start
    lasted = _lasted(incident, start[0], zone)
    if isinstance(lasted, Malformed):
        return lasted
    before, after = incident.rolls
    if before + after > limits.max_length:  # first: no nanoseconds can be made of 1e300 seconds
        return Malformed.too_long(before + after, limits.max_length)
    recorded = start[0] + clock_offset
    window = Span(recorded - round(before * NANOS), recorded + lasted + round(after * NANOS))
    if window.seconds > limits.max_length:
        return Malformed.too_long(window.seconds, limits.max_length)
    if window.length == 0:
        return Malformed.invalid("before and after are both 0: ask for some time")
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
        reported_at=reported_at,
        type=incident.type,
        annotations=incident.annotations,
        group=incident.group,
        envelope=reported.envelope,
        doubled=doubled,
        clock_offset=clock_offset,
    )


def is_ahead(wanted: ClipRequest, now: int, limits: Windows) -> bool:
    """Whether the incident lies further ahead of its record than anybody would report it.

    `now` counts where the record's own time stamp is older, which a producer may have set wrongly.
    """
    return wanted.recorded_at > max(wanted.reported_at, now) + round(limits.max_ahead * NANOS)


def _instants(name: str, written: datetime, zone: tzinfo) -> tuple[int, ...] | Malformed:
    """One instant, or the two that a doubled hour may mean."""
    try:
        found = resolve(written, zone)
        if isinstance(found, Missing):
            return Malformed.no_such_time(written.isoformat(), str(zone))
        if isinstance(found, Ambiguous):
            return to_ns(found.earlier), to_ns(found.later)
        return (to_ns(found),)
    except OverflowError:
        return Malformed.invalid(
            f"{name} {written.isoformat()} cannot be told in UTC: write a year 1-9999"
        )


def _lasted(incident: Incident, start: int, zone: tzinfo) -> int | Malformed:
    """Nanoseconds from the start of the incident to its end."""
    if incident.end_timestamp is None:
        return 0
    ends = _instants("end_timestamp", incident.end_timestamp, zone)
    if isinstance(ends, Malformed):
        return ends
    lengths = [end - start for end in ends if end >= start]
    if not lengths:
        return Malformed.invalid(
            f"end_timestamp {incident.end_timestamp.isoformat()} lies before timestamp "
            f"{incident.timestamp.isoformat()}: swap them, or leave it out"
        )
    return min(lengths)
