"""The envelope: CloudEvents 1.0 over Kafka, read in every form and written in binary mode.

Source: cloudevents/spec, cloudevents/bindings/kafka-protocol-binding.md and extensions/.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from topics.json_tree import JsonError, read_json
from topics.record import Headers, Record

_STRUCTURED = "application/cloudevents"
_PREFIX = "ce_"
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_CARRIED = ("traceparent", "tracestate", "ce_traceparent", "ce_tracestate", "ce_replayid")
_MAX_CARRIED = 1024
REPLAY_ID = "ce_replayid"
"""Header that says which replay sent a record; answers carry it."""
REPLAY_MODE = "clip_replay_mode"
"""Header that says what a replay wants beyond an answer for what has none."""


class ReplayMode(StrEnum):
    """What a replay wants with incidents that were answered before."""

    FORCE = "force"
    """Cut anew, under the next revision."""
    REPUBLISH = "republish"
    """Announce the answer again, the same event."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands around the data of an incident. Empty when a producer sends bare JSON."""

    id: str | None = None
    source: str = ""
    """Who reports; ids are unique within it."""
    correlation_id: str | None = None
    """Ties the events of one story together."""
    carried: Headers = ()
    """Headers that our answers carry on unchanged: trace context and the id of a replay."""
    replay: ReplayMode | None = None
    """Set only with a replay's id: by it a repetition is known."""

    @property
    def replay_id(self) -> str | None:
        """Which replay sent the record; None if none did."""
        value = dict(self.carried).get(REPLAY_ID)
        return value.decode() if value else None


def unwrap(record: Record) -> tuple[Envelope, object]:
    """The envelope and the JSON data of a record that has a value.

    Content type decides, as the binding says; then `ce_` headers (binary mode); what has neither
    is bare JSON, or an envelope whose content type was lost on the way. Raises `JsonError`.
    """
    kind = _text(record.header("content-type")).split(";", maxsplit=1)[0].strip().lower()
    structured = kind.startswith(_STRUCTURED)
    if structured and kind not in (_STRUCTURED, f"{_STRUCTURED}+json"):
        msg = f"content-type {kind[:60]} is not read: send application/cloudevents+json"
        raise JsonError(msg)
    tree = read_json(record.value or b"")
    binary = record.header("ce_specversion") is not None or record.header("ce_id") is not None
    if binary and not structured:
        names = ("id", "source", "correlationid")
        return _envelope({n: _text(record.header(_PREFIX + n)) for n in names}, record), tree
    if structured or (isinstance(tree, dict) and "specversion" in tree and "camera_id" not in tree):
        return _structured(record, tree)
    return _envelope({}, record), tree


def _structured(record: Record, tree: object) -> tuple[Envelope, object]:
    if not isinstance(tree, dict):
        msg = "a CloudEvent in structured mode is a JSON object: send specversion, id, source, data"
        raise JsonError(msg)
    return _envelope(tree, record), _data(tree)


def _data(tree: Mapping[str, object]) -> object:
    if "data_base64" not in tree:
        return tree.get("data")
    try:
        return read_json(base64.b64decode(str(tree["data_base64"]), validate=True))
    except ValueError as exc:
        msg = f"data_base64 is not base64 of JSON: {exc}"
        raise JsonError(msg) from exc


def _envelope(attributes: Mapping[str, object], record: Record) -> Envelope:
    def text(name: str) -> str:
        value = attributes.get(name)
        return value if isinstance(value, str) else ""

    headers = {name: _text(record.header(name)) for name in _CARRIED}
    for name in _CARRIED:
        if name.startswith(_PREFIX) and (value := text(name.removeprefix(_PREFIX))):
            headers[name] = value
    correlation = text("correlationid")
    mode = _text(record.header(REPLAY_MODE))
    return Envelope(
        id=text("id") or None,
        source=text("source"),
        correlation_id=correlation if _carriable("correlationid", correlation) else None,
        carried=tuple((n, value.encode()) for n, value in headers.items() if _carriable(n, value)),
        replay=ReplayMode(mode) if headers[REPLAY_ID] and mode in set(ReplayMode) else None,
    )


def _carriable(name: str, value: str) -> bool:
    if name.endswith("traceparent"):
        return _TRACEPARENT.fullmatch(value) is not None
    return 0 < len(value) <= _MAX_CARRIED and value.isprintable()


def _text(value: bytes | None) -> str:
    return "" if value is None else value.decode(errors="backslashreplace")


def binary(attributes: Mapping[str, str], carried: Headers = ()) -> Headers:
    """Headers of a CloudEvent with JSON data in binary mode; `attributes` come without prefix."""
    return (
        ("content-type", b"application/json"),
        ("ce_specversion", b"1.0"),
        *((_PREFIX + name, value.encode()) for name, value in attributes.items()),
        *carried,
    )
