"""Markdown tables of topics, fields, words and headers, for the page of the contracts."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from devtools.contracts import headers
from devtools.contracts.events import EVENTS, Event, json_schema
from schemas.clip import Method
from schemas.incident import Precision
from schemas.kafka_settings import Kafka
from schemas.reason import DeadLetterReason, GapCause, Outcome, Reason
from schemas.status import Stage
from schemas.word import Word
from topics.names import all_topics
from topics.record import Outgoing

_DAY_MS = 24 * 60 * 60 * 1000
_WORDS: dict[str, type[Word]] = {
    "outcome": Outcome,
    "reason": Reason,
    "gaps[].cause": GapCause,
    "precision": Precision,
    "method": Method,
    "status": Stage,
    "clip_dlq_reason": DeadLetterReason,
}


def sections() -> dict[str, str]:
    """Every generated part of the page, by the name in its marker."""
    return {
        "topics": _topics(),
        **{event.topic: _fields(event) for event in EVENTS},
        "words": _words(),
        "incident-headers": _headers(headers.INCIDENT, None),
        "answer-headers": _headers(headers.ANSWER, headers.answered()),
        "dead-letter-headers": _headers(headers.DEAD_LETTER, headers.buried()),
        "answer": f"```json\n{_pretty(headers.answered())}\n```",
    }


def _topics() -> str:
    def kept(milliseconds: int | None, *, compacted: bool) -> str:
        if compacted:
            return "newest of each key"
        return "until dealt with" if milliseconds is None else f"{milliseconds // _DAY_MS} days"

    rows = [
        (f"`{t.name}`", t.key, t.purpose, kept(t.retention_ms, compacted=t.compacted))
        for t in all_topics(Kafka().partitions)
    ]
    return table(("Topic", "Key", "Holds", "Kept"), rows)


def _fields(event: Event) -> str:
    schema = json_schema(event)
    known: Mapping[str, Any] = schema["$defs"]
    told_elsewhere = {e.model.__name__ for e in EVENTS}
    present = "Required" if event.mode == "validation" else "Always there"
    parts = [_field_table(schema, present)]
    for name, part in known.items():
        if "properties" in part and name not in told_elsewhere:
            parts.append(f"**{name}**: {part['description']}\n\n{_field_table(part, present)}")
    return "\n\n".join(parts)


def _field_table(schema: Mapping[str, Any], present: str) -> str:
    required = schema.get("required", ())
    rows = [
        (
            f"`{name}`",
            _type(field),
            "yes" if name in required else "",
            field["description"],
            _example(field),
        )
        for name, field in schema["properties"].items()
    ]
    return table(("Field", "Type", present, "Meaning", "For example"), rows)


def _type(field: Mapping[str, Any]) -> str:
    if "$ref" in field:
        return str(field["$ref"]).rsplit("/", maxsplit=1)[-1]
    if "anyOf" in field:
        return " or ".join(_type(option) for option in field["anyOf"])
    if field["type"] == "array":
        return f"list of {_type(field['items'])}"
    return "time (UTC)" if field.get("format") == "date-time" else str(field["type"])


def _example(field: Mapping[str, Any]) -> str:
    return f"`{json.dumps(field['examples'][0])}`" if "examples" in field else ""


def _words() -> str:
    return "\n\n".join(
        f"`{field}`: {words.__doc__}\n\n"
        + table(("Word", "Meaning"), [(f"`{word}`", word.meaning) for word in words])
        for field, words in _WORDS.items()
    )


def _headers(meanings: Mapping[str, str], record: Outgoing | None) -> str:
    if record is None:
        return table(("Header", "Meaning"), [(f"`{n}`", m) for n, m in meanings.items()])
    shown = headers.texts(record)
    rows = [(f"`{name}`", meaning, f"`{shown[name]}`") for name, meaning in meanings.items()]
    return table(("Header", "Meaning", "For example"), rows)


def _pretty(record: Outgoing) -> str:
    return json.dumps(json.loads(record.value or b""), indent=2, ensure_ascii=False)


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(c.replace("|", "\\|") for c in row) + " |" for row in lines)
