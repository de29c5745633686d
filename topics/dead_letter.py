"""Dead letters: a record that can never become an incident, unchanged, and why.

Context stands in headers: Kafka Connect's names (source: apache/kafka,
connect/runtime/errors/DeadLetterQueueReporter.java), which tools know, and three of ours.
"""

from dataclasses import dataclass

from schemas.instant import from_ns, rfc3339
from topics.codec import Malformed
from topics.names import dead_letters_of
from topics.record import Headers, Outgoing, Record

_TOPIC = "__connect.errors.topic"
_PARTITION = "__connect.errors.partition"
_OFFSET = "__connect.errors.offset"
_MESSAGE = "__connect.errors.exception.message"
_REASON = "clip_dlq_reason"
_AT = "clip_dlq_at"
_VERSION = "clip_dlq_version"
CONTEXT = (_TOPIC, _PARTITION, _OFFSET, _MESSAGE, _REASON, _AT, _VERSION)
"""Names of the headers that dead-lettering adds, in the order in which they stand."""

_MAX_MESSAGE = 1024


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record was read first; each origin is one dead letter."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A dead letter as read back."""

    origin: Origin
    reason: str
    """A `DeadLetterReason`, or the word of another version."""
    message: str
    at: str
    """RFC 3339 in UTC."""
    version: str
    original: Outgoing
    """The record as it was, addressed to the topic it came from."""


def wrap(record: Record, why: Malformed, at: int, version: str) -> Outgoing:
    """The dead letter of `record`; `at` is now in nanoseconds, `version` that of the program.

    A record that was a dead letter before keeps its first origin; all else is said anew.
    """
    origin = _origin(record) or Origin(record.topic, record.partition, record.offset)
    context = (
        origin.topic,
        str(origin.partition),
        str(origin.offset),
        _cut(why.message),
        why.reason.value,
        rfc3339(from_ns(at)),
        version,
    )
    added = tuple((name, text.encode()) for name, text in zip(CONTEXT, context, strict=True))
    return Outgoing(
        topic=dead_letters_of(record.topic),
        key=record.key,
        value=record.value,
        headers=_without_context(record.headers) + added,
        timestamp=record.timestamp,
    )


def unwrap(record: Record) -> DeadLetter | None:
    """What `wrap` put together; None if the record says no origin, so is no dead letter of ours."""
    origin = _origin(record)
    if origin is None:
        return None
    return DeadLetter(
        origin=origin,
        reason=_text(record, _REASON),
        message=_text(record, _MESSAGE),
        at=_text(record, _AT),
        version=_text(record, _VERSION),
        original=Outgoing(
            topic=origin.topic,
            key=record.key,
            value=record.value,
            headers=_without_context(record.headers),
            timestamp=record.timestamp,
        ),
    )


def _origin(record: Record) -> Origin | None:
    topic, partition, offset = (_text(record, name) for name in (_TOPIC, _PARTITION, _OFFSET))
    if not (topic and _is_number(partition) and _is_number(offset)):
        return None
    return Origin(topic, int(partition), int(offset))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20


def _text(record: Record, name: str) -> str:
    values = (value for key, value in reversed(record.headers) if key == name)
    return (next(values, None) or b"").decode(errors="backslashreplace")


def _without_context(headers: Headers) -> Headers:
    return tuple((name, value) for name, value in headers if name not in CONTEXT)


def _cut(message: str) -> str:
    return message if len(message) <= _MAX_MESSAGE else message[: _MAX_MESSAGE - 3] + "..."
