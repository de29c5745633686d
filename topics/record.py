"""A record as it came from a topic, and one as it goes out; no client library shows through."""

from dataclasses import dataclass

Headers = tuple[tuple[str, bytes | None], ...]
"""In order; Kafka allows a name to stand twice and a value to be null."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a topic."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    timestamp: int | None = None
    """Nanoseconds since the epoch; Kafka counts milliseconds."""

    def header(self, name: str) -> bytes | None:
        """The last value under `name` (in any case), as Kafka Connect reads it; None if absent."""
        wanted = name.lower()
        return next((v for k, v in reversed(self.headers) if k.lower() == wanted), None)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record to be sent."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    timestamp: int | None = None
    """Nanoseconds since the epoch; None is the time of sending."""
