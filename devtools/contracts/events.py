"""The events and the JSON Schema of each: dialect 2020-12, a stable id, descriptions, examples."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from devtools.contracts import examples
from schemas.clip import ClipCompleted
from schemas.group import IncidentGroup
from schemas.incident import Incident
from schemas.status import ClipStatus
from topics.announcement import schema_id
from topics.names import CLIP_COMPLETED, CLIP_STATUS, INCIDENT_GROUP, INCIDENT_REPORTED


@dataclass(frozen=True, slots=True)
class Event:
    """One kind of event; its type is the name of the topic that it is on."""

    topic: str
    model: type[BaseModel]
    mode: Literal["validation", "serialization"]
    """What we read, or what we write."""
    examples: tuple[Callable[[], BaseModel], ...]

    def data(self) -> list[dict[str, Any]]:
        """The examples as JSON trees."""
        return [
            make().model_dump(mode="json", exclude_unset=self.mode == "validation")
            for make in self.examples
        ]


EVENTS = (
    Event(
        INCIDENT_REPORTED,
        Incident,
        "validation",
        (examples.short_incident, examples.full_incident),
    ),
    Event(
        CLIP_COMPLETED,
        ClipCompleted,
        "serialization",
        (examples.complete, examples.in_parts, examples.partial, examples.failed),
    ),
    Event(CLIP_STATUS, ClipStatus, "serialization", (examples.waiting, examples.done)),
    Event(INCIDENT_GROUP, IncidentGroup, "serialization", (examples.group,)),
)


class _Plain(GenerateJsonSchema):
    """Without titles made from field names: they say nothing that the name does not."""

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002
        """Never."""
        return False


def json_schema(event: Event) -> dict[str, Any]:
    """The published JSON Schema of an event's data."""
    generated = event.model.model_json_schema(mode=event.mode, schema_generator=_Plain)
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        "$id": schema_id(event.topic),
        "title": event.topic,
        **{name: value for name, value in generated.items() if name != "title"},
        "examples": event.data(),
    }
