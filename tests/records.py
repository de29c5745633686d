"""Records for tests: what a producer could have sent."""

from topics.record import Headers, Record

SEED_BODY = b'{"camera_id":"camera1","timestamp":"2025-08-29T14:30:15","duration":20}'
"""The body that the proof of concept took."""


def incoming(
    value: bytes | None,
    headers: Headers = (),
    *,
    topic: str = "incident.reported.v1",
    key: bytes | None = b"camera1",
) -> Record:
    """A record as a worker gets it."""
    return Record(
        topic=topic,
        partition=3,
        offset=41,
        key=key,
        value=value,
        headers=headers,
        timestamp=1_764_000_000_000_000_000,
    )
