"""From a record to an incident, or to the reason why it is none. Never raises, whatever it is given.

Lengths of windows and hours that do not exist are found later, where the configuration is known;
they end in a `Malformed` of this module too.
"""

from dataclasses import dataclass
from typing import Literal, Self

from pydantic import BaseModel, ValidationError

from schemas.incident import Incident, Text
from schemas.reason import DeadLetterReason
from topics.cloudevents import Envelope, unwrap
from topics.field_errors import explain
from topics.json_tree import JsonError
from topics.record import Record


class _Identity(BaseModel):
    ce_id: Text | None
    ce_source: Text | Literal[""]


@dataclass(frozen=True, slots=True)
class Reported:
    """An incident, with what its record says around it."""

    incident: Incident
    envelope: Envelope
    incident_id: str | None
    """The incident's own id, else the CloudEvent's; None: make one from the content."""

    @property
    def source(self) -> str:
        """Who reports; ids are unique within it. Empty for bare JSON."""
        return self.envelope.source


@dataclass(frozen=True, slots=True)
class Malformed:
    """A record that can never become an incident."""

    reason: DeadLetterReason
    message: str
    """Names the field, its value and the fix."""

    @classmethod
    def invalid(cls, message: str) -> Self:
        """A field with a value that cannot be used, e.g. an end before the start."""
        return cls(DeadLetterReason.INVALID, message)

    @classmethod
    def too_long(cls, seconds: float, limit: float) -> Self:
        """A window of `seconds` where `limit` are allowed."""
        return cls(
            DeadLetterReason.TOO_LONG,
            f"the window is {seconds:g} s long, more than windows.max_length = {limit:g} s: "
            "ask for less, or raise the limit and redrive",
        )

    @classmethod
    def no_such_time(cls, written: str, zone: str) -> Self:
        """A naive time in the hour that a zone skips when its clocks are put forward."""
        return cls(
            DeadLetterReason.NO_SUCH_TIME,
            f"timestamp = {written[:40]!r} does not exist in {zone}, whose clocks were put "
            "forward: write the time with an offset, for example 2026-11-24T08:23:45Z",
        )


@dataclass(frozen=True, slots=True)
class Ignored:
    """A record that asks for nothing."""

    message: str


def decode(record: Record) -> Reported | Malformed | Ignored:
    """What a record of an incident topic says: a CloudEvent (binary or structured) or bare JSON."""
    if record.value is None:
        return Ignored("a tombstone (null value) asks for nothing")
    try:
        envelope, tree = unwrap(record)
    except JsonError as exc:
        return Malformed(DeadLetterReason.MALFORMED, str(exc))
    if not isinstance(tree, dict):
        return Malformed(DeadLetterReason.MALFORMED, _no_object(tree))
    try:
        incident = Incident.model_validate(tree)
    except ValidationError as exc:
        return Malformed.invalid(explain(exc, Incident))
    try:
        _Identity(ce_id=envelope.id, ce_source=envelope.source)
    except ValidationError as exc:
        return Malformed.invalid(explain(exc, _Identity))
    return Reported(incident, envelope, incident.incident_id or envelope.id)


def _no_object(tree: object) -> str:
    kinds = {list: "an array", str: "a string", bool: "true or false", type(None): "null"}
    return f"the data is {kinds.get(type(tree), 'a number')}: send a JSON object"
