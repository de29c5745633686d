"""Record headers, each with its meaning and, from the examples, what it looks like."""

from devtools.contracts import examples
from topics import dead_letter
from topics.announcement import completed, status
from topics.cloudevents import Envelope
from topics.record import Outgoing

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

INCIDENT = {
    "content-type": "`application/json`, or `application/cloudevents+json` for structured mode.",
    "ce_id": "The event's id; the incident's too, if the data has no `incident_id`.",
    "ce_source": "Who reports. Ids are unique within it.",
    "ce_correlationid": "Ties the events of one story together; carried to the answer.",
    "traceparent": "W3C trace context; carried to the answer, as is `tracestate`.",
    "ce_replayid": "Which replay sends the incident again; carried to the answer.",
    "clip_replay_mode": "With a replay: `force` cuts anew, `republish` announces the answer again.",
}
"""What we read. All are optional: bare JSON without any header is an incident."""

ANSWER = {
    "content-type": "Of the value.",
    "ce_specversion": "Of CloudEvents.",
    "ce_id": "The same for every repetition of one event: skip what you have seen.",
    "ce_source": "Always this.",
    "ce_type": "The topic.",
    "ce_time": "When the answer was made or the change happened, UTC.",
    "ce_subject": "The camera; of a group its id.",
    "ce_dataschema": "The `$id` of the JSON Schema.",
    "ce_causationid": "The incident's CloudEvent id, else the incident's id.",
    "ce_correlationid": "The incident's `ce_correlationid`, else the incident's id.",
    "traceparent": "As it came with the incident; only then.",
    "ce_replayid": "As it came with the incident; only then.",
}
"""What we write; `clip.status.v1` and `incident.group.v1` have no cause and no trace."""

DEAD_LETTER = {
    "__connect.errors.topic": "Where the record was read first.",
    "__connect.errors.partition": "As text. Topic, partition and offset name one dead letter.",
    "__connect.errors.offset": "As text.",
    "__connect.errors.exception.message": "What is wrong: field, value and fix.",
    "clip_dlq_reason": "One of a closed list.",
    "clip_dlq_at": "When it was dead-lettered, UTC.",
    "clip_dlq_version": "Of the program that did it.",
}
"""What dead-lettering adds behind the original headers."""


def answered() -> Outgoing:
    """The announcement of the example, for an incident that came as a traced CloudEvent."""
    envelope = Envelope(
        id="e-1",
        source="/detector/7",
        correlation_id="story-9",
        carried=(("traceparent", TRACEPARENT.encode()), ("ce_replayid", b"r-3f9c2a1bd04e")),
    )
    return completed(examples.complete(), envelope)


def changed() -> Outgoing:
    """The status record of the example."""
    return status(examples.waiting())


def buried() -> Outgoing:
    """The dead letter of the example."""
    record, why = examples.bad_record()
    return dead_letter.wrap(record, why, at=1_756_477_816_000_000_000, version="0.1.0")


def texts(record: Outgoing) -> dict[str, str]:
    """The headers of a record as text."""
    return {name: (value or b"").decode() for name, value in record.headers}
