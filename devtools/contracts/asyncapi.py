"""The AsyncAPI 3.0 document: every topic that has a message, from the application's own view."""

import json
from typing import Any

from devtools.contracts import headers
from devtools.contracts.events import EVENTS, Event
from schemas.kafka_settings import Kafka
from schemas.version import VERSION
from topics.names import (
    CLIP_COMPLETED,
    CLIP_STATUS,
    INCIDENT_BACKFILL,
    INCIDENT_GROUP,
    INCIDENT_REPORTED,
    INCIDENT_RETRY,
    TopicSpec,
    all_topics,
    dead_letters_of,
)
from topics.record import Outgoing

Tree = dict[str, Any]
_BINDING = {"bindingVersion": "0.5.0"}
_DEAD_LETTER = "dead-letter"
_MESSAGE_OF = {
    INCIDENT_REPORTED: INCIDENT_REPORTED,
    INCIDENT_BACKFILL: INCIDENT_REPORTED,
    INCIDENT_RETRY: INCIDENT_REPORTED,
    **{
        dead_letters_of(topic): _DEAD_LETTER
        for topic in (INCIDENT_REPORTED, INCIDENT_BACKFILL, INCIDENT_RETRY)
    },
    CLIP_COMPLETED: CLIP_COMPLETED,
    CLIP_STATUS: CLIP_STATUS,
    INCIDENT_GROUP: INCIDENT_GROUP,
}
_HEADERS_OF = {
    INCIDENT_REPORTED: headers.INCIDENT,
    CLIP_COMPLETED: headers.ANSWER,
    CLIP_STATUS: headers.ANSWER,
    INCIDENT_GROUP: headers.ANSWER,
    _DEAD_LETTER: headers.DEAD_LETTER,
}


def document() -> Tree:
    """The whole document, ready to be written."""
    topics = [t for t in all_topics(Kafka().partitions) if t.name in _MESSAGE_OF]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "incident-clips",
            "version": VERSION,
            "description": "Incidents in, proven video clips out. See docs/contracts.md.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "kafka": {
                "host": Kafka().bootstrap_servers,
                "protocol": "kafka",
                "description": "Wherever your Kafka is.",
            }
        },
        "channels": {topic.name: _channel(topic) for topic in topics},
        "operations": {name: body for topic in topics for name, body in _operations(topic)},
        "components": {
            "messages": {event.topic: _event(event) for event in EVENTS}
            | {_DEAD_LETTER: _dead_letter()}
        },
    }


def _channel(topic: TopicSpec) -> Tree:
    message = _MESSAGE_OF[topic.name]
    return {
        "address": topic.name,
        "description": f"{topic.purpose} Key: {topic.key}.",
        "messages": {message: {"$ref": f"#/components/messages/{message}"}},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {k: _config(k, v) for k, v in topic.configs.items()},
                **_BINDING,
            }
        },
    }


def _config(name: str, value: str) -> object:
    if name == "cleanup.policy":
        return value.split(",")
    return int(value) if value.lstrip("-").isdigit() else value


def _operations(topic: TopicSpec) -> list[tuple[str, Tree]]:
    actions = ["receive"] if topic.consumed else ["send"]
    if topic.name == INCIDENT_RETRY:
        actions.append("send")
    channel = {"$ref": f"#/channels/{topic.name}"}
    message = {"$ref": f"#/channels/{topic.name}/messages/{_MESSAGE_OF[topic.name]}"}
    return [
        (f"{action}-{topic.name}", {"action": action, "channel": channel, "messages": [message]})
        for action in actions
    ]


def _event(event: Event) -> Tree:
    return {
        "name": event.topic,
        "title": event.topic,
        "summary": (event.model.__doc__ or "").split("\n", maxsplit=1)[0],
        "contentType": "application/json",
        "correlationId": {"location": "$message.header#/ce_correlationid"},
        "headers": _header_schema(event.topic),
        "payload": {"$ref": f"../schemas/published/{event.topic}.json"},
        "bindings": _key(event.topic),
        "examples": [{"payload": tree} for tree in event.data()] + _whole(event.topic),
    }


def _whole(topic: str) -> list[Tree]:
    """Examples with headers."""
    if topic == CLIP_COMPLETED:
        return [_example(headers.answered())]
    return [_example(headers.changed())] if topic == CLIP_STATUS else []


def _example(record: Outgoing) -> Tree:
    return {"headers": headers.texts(record), "payload": json.loads(record.value or b"null")}


def _dead_letter() -> Tree:
    record = headers.buried()
    return {
        "name": _DEAD_LETTER,
        "title": "Dead letter",
        "summary": "A record as it came: any bytes, with its own headers and these.",
        "contentType": "application/octet-stream",
        "headers": _header_schema(_DEAD_LETTER),
        "payload": {"description": "The original value, byte for byte."},
        "bindings": _key(_DEAD_LETTER),
        "examples": [{"headers": headers.texts(record), "payload": (record.value or b"").decode()}],
    }


def _header_schema(message: str) -> Tree:
    return {
        "type": "object",
        "properties": {
            name: {"type": "string", "description": meaning}
            for name, meaning in _HEADERS_OF[message].items()
        },
    }


def _key(message: str) -> Tree:
    meaning = {
        CLIP_STATUS: "The clip id.",
        INCIDENT_GROUP: "The group id.",
        _DEAD_LETTER: "As in the original.",
    }
    described = meaning.get(message, "The camera.")
    return {"kafka": {"key": {"type": "string", "description": described}, **_BINDING}}
