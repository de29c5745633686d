"""From an answer to the record that announces it: CloudEvents in binary mode, JSON data.

The same answer gives the same bytes and the same event id, however often it is announced.
"""

from uuid import NAMESPACE_URL, uuid5

from schemas.clip import ClipCompleted
from schemas.group import IncidentGroup
from schemas.instant import rfc3339
from schemas.status import ClipStatus
from topics.cloudevents import Envelope, binary
from topics.names import CLIP_COMPLETED, CLIP_STATUS, INCIDENT_GROUP
from topics.record import Outgoing

EVENT_SOURCE = "/incident-clips"
"""Says of our events that they are ours; their ids are unique within it."""

_BARE = Envelope()


def schema_id(topic: str) -> str:
    """The stable name of the JSON Schema of what `topic` holds."""
    return f"urn:incident-clips:{topic}"


def completed(answer: ClipCompleted, envelope: Envelope = _BARE) -> Outgoing:
    """The announcement of `answer`; `envelope` is what stood around the incident."""
    incident = answer.incident.id
    attributes = {
        "id": _event_id(CLIP_COMPLETED, answer.clip_id, str(answer.revision)),
        "source": EVENT_SOURCE,
        "type": CLIP_COMPLETED,
        "time": rfc3339(answer.created_at),
        "subject": answer.camera_id,
        "dataschema": schema_id(CLIP_COMPLETED),
        "causationid": envelope.id or incident,
        "correlationid": envelope.correlation_id or incident,
    }
    return Outgoing(
        topic=CLIP_COMPLETED,
        key=answer.camera_id.encode(),
        value=answer.model_dump_json().encode(),
        headers=binary(attributes, envelope.carried),
    )


def status(change: ClipStatus) -> Outgoing:
    """The record that says where a clip stands; the topic keeps the newest of each clip."""
    moment = rfc3339(change.updated_at)
    attributes = {
        "id": _event_id(CLIP_STATUS, change.clip_id, str(change.revision), change.status, moment),
        "source": EVENT_SOURCE,
        "type": CLIP_STATUS,
        "time": moment,
        "subject": change.camera_id,
        "dataschema": schema_id(CLIP_STATUS),
        "correlationid": change.incident_id,
    }
    return Outgoing(
        topic=CLIP_STATUS,
        key=change.clip_id.encode(),
        value=change.model_dump_json().encode(),
        headers=binary(attributes),
    )


def group(whole: IncidentGroup) -> Outgoing:
    """The record that lists all clips of one happening."""
    attributes = {
        "id": _event_id(INCIDENT_GROUP, whole.group_id),
        "source": EVENT_SOURCE,
        "type": INCIDENT_GROUP,
        "time": rfc3339(whole.completed_at),
        "subject": whole.group_id,
        "dataschema": schema_id(INCIDENT_GROUP),
        "correlationid": whole.group_id,
    }
    return Outgoing(
        topic=INCIDENT_GROUP,
        key=whole.group_id.encode(),
        value=whole.model_dump_json().encode(),
        headers=binary(attributes),
    )


def _event_id(topic: str, *parts: str) -> str:
    return str(uuid5(NAMESPACE_URL, "/".join((schema_id(topic), *parts))))
