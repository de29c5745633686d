import json
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from cloudevents.core.bindings.kafka import (
    KafkaMessage,
    from_binary_event,
    to_binary_event,
    to_structured_event,
)
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from schemas.status import Stage
from tests.records import SEED_BODY, incoming
from tests.seed_answers import CLIP_ID, complete, failed, moment, waiting
from topics.announcement import completed, status
from topics.cloudevents import Envelope
from topics.codec import Reported, decode
from topics.record import Headers, Outgoing

TRACE = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def header(sent: Outgoing, name: str) -> str:
    values = [value for key, value in sent.headers if key == name]
    assert len(values) == 1, f"{name}: {values}"
    assert values[0] is not None
    return values[0].decode()


def test_an_answer_is_keyed_by_its_camera_and_holds_the_model_itself() -> None:
    sent = completed(complete())
    assert (sent.topic, sent.key) == ("clip.completed.v1", b"camera1")
    assert json.loads(sent.value or b"") == complete().model_dump(mode="json")


def test_a_status_is_keyed_by_its_clip() -> None:
    sent = status(waiting())
    assert (sent.topic, sent.key) == ("clip.status.v1", CLIP_ID.encode())
    assert json.loads(sent.value or b"") == waiting().model_dump(mode="json")


def test_the_same_answer_is_the_same_event_however_often_it_is_announced() -> None:
    assert completed(complete()) == completed(complete())
    UUID(header(completed(complete()), "ce_id"))


def test_another_revision_or_clip_is_another_event() -> None:
    sent = [completed(a) for a in (complete(), complete(revision=2), complete(clip_id="other"))]
    assert len({header(one, "ce_id") for one in (*sent, status(waiting()))}) == 4


def test_each_change_of_a_status_is_an_event_of_its_own() -> None:
    changes = [waiting(), waiting(status=Stage.CUTTING), waiting(updated_at=moment(16))]
    assert len({header(status(change), "ce_id") for change in changes}) == len(changes)


def test_an_answer_names_its_cause_and_carries_the_trace() -> None:
    envelope = Envelope(
        id="e-1", source="/d", correlation_id="story", carried=(("traceparent", TRACE),)
    )
    sent = completed(complete(), envelope)
    assert header(sent, "ce_causationid") == "e-1"
    assert header(sent, "ce_correlationid") == "story"
    assert header(sent, "traceparent") == TRACE.decode()


def test_without_an_envelope_the_incident_is_cause_and_story() -> None:
    sent = completed(complete())
    assert header(sent, "ce_causationid") == header(sent, "ce_correlationid") == "i-4711"


def test_the_cloudevents_sdk_reads_what_we_write() -> None:
    for sent in (
        completed(complete(), Envelope(carried=(("ce_traceparent", TRACE),))),
        completed(failed()),
        status(waiting()),
    ):
        headers = {key: value for key, value in sent.headers if value is not None}
        message = KafkaMessage(headers=headers, key=None, value=sent.value or b"")
        event = from_binary_event(message, JSONFormat())
        assert event.get_type() == sent.topic
        assert event.get_source() == "/incident-clips"
        assert event.get_subject() == "camera1"
        assert event.get_datacontenttype() == "application/json"
        assert event.get_data() == json.loads(sent.value or b"")


@pytest.mark.parametrize("write", [to_binary_event, to_structured_event])
def test_we_read_what_the_cloudevents_sdk_writes(write: Callable[..., KafkaMessage]) -> None:
    attributes = {"id": "e-1", "source": "/d", "type": "x", "correlationid": "story"}
    message = write(
        CloudEvent(
            attributes={**attributes, "datacontenttype": "application/json"},
            data=json.loads(SEED_BODY),
        )
    )
    got = decode(incoming(message.value, tuple(message.headers.items())))
    assert isinstance(got, Reported)
    assert (got.incident.camera_id, got.incident.duration) == ("camera1", 20)
    assert (got.incident_id, got.source, got.envelope.correlation_id) == ("e-1", "/d", "story")


def test_an_incident_in_an_envelope_of_our_own_making_is_read_back() -> None:
    headers: Headers = (*completed(complete()).headers, ("traceparent", TRACE))
    got = decode(replace(incoming(SEED_BODY), headers=headers))
    assert isinstance(got, Reported)
    assert got.incident_id == header(completed(complete()), "ce_id")
    assert got.envelope.correlation_id == "i-4711"
    assert got.envelope.carried == (("traceparent", TRACE),)
