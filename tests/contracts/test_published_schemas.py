import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from devtools.contracts.events import EVENTS, Event
from schemas.clip import ClipCompleted
from schemas.status import ClipStatus
from tests.published import CORPUS, RELEASED, problems, schema
from tests.records import incoming
from tests.seed_answers import complete, failed, partial, waiting
from topics.announcement import completed, schema_id, status
from topics.codec import Reported, decode

TOPICS = [event.topic for event in EVENTS]


@pytest.mark.parametrize("topic", TOPICS)
def test_each_schema_is_valid_by_its_dialect_and_has_a_stable_name(topic: str) -> None:
    published = schema(topic)
    Draft202012Validator.check_schema(published)
    assert published["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert published["$id"] == schema_id(topic) == f"urn:incident-clips:{topic}"


@pytest.mark.parametrize("topic", TOPICS)
def test_every_field_says_what_it_means_and_every_value_has_an_example(topic: str) -> None:
    for name, field in _fields(schema(topic)):
        assert field.get("description", "").endswith("."), name
        assert "examples" in field or _is_object_or_list(field), name


@pytest.mark.parametrize("topic", TOPICS)
def test_every_example_of_a_field_is_valid(topic: str) -> None:
    published = schema(topic)
    for name, field in _fields(published):
        validator = Draft202012Validator({**field, "$defs": published["$defs"]})
        for example in field.get("examples", ()):
            assert validator.is_valid(example), (name, example)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.topic)
def test_every_example_is_valid_and_is_what_the_model_says(event: Event) -> None:
    for example in schema(event.topic)["examples"]:
        written = json.dumps(example).encode()
        assert problems(event.topic, written) == []
        event.model.model_validate_json(written)


def _fields(published: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for part in (published, *published["$defs"].values()):
        yield from part.get("properties", {}).items()


def _is_object_or_list(field: dict[str, Any]) -> bool:
    kinds = [field, *field.get("anyOf", ())]
    return any("$ref" in kind or kind.get("type") == "array" for kind in kinds)


@pytest.mark.parametrize(
    "changes",
    [
        {"camera_id": None},
        {"camera_id": "../../etc"},
        {"camera_id": "/etc"},
        {"camera_id": "a" * 161},
        {"timestamp": "yesterday"},
        {"timestamp": 1767225600},
        {"end_timestamp": "later"},
        {"before": -5},
        {"before": True},
        {"after": "long"},
        {"duration": 0},
        {"duration": 20, "before": 5},
        {"precision": "frames"},
        {"annotations": [1]},
        {"group": {"id": "g"}},
        {"group": {"id": "g", "size": 0}},
        {"incident_id": "x" * 257},
    ],
    ids=repr,
)
def test_a_producer_learns_from_the_schema_what_would_be_refused(changes: dict[str, Any]) -> None:
    value = json.dumps({"camera_id": "a", "timestamp": "2026-01-01T00:00:00Z"} | changes).encode()
    assert problems("incident.reported.v1", value)
    assert not isinstance(decode(incoming(value)), Reported)


@pytest.mark.parametrize(
    "path", sorted(CORPUS.glob("incident.reported.*/*.json")), ids=lambda p: p.stem
)
def test_an_incident_that_was_ever_reported_is_still_one(path: Path) -> None:
    assert isinstance(decode(incoming(path.read_bytes())), Reported)


@pytest.mark.parametrize(
    "path",
    sorted((*CORPUS.glob("clip.*/*.json"), *CORPUS.glob("incident.group.*/*.json"))),
    ids=lambda p: p.stem,
)
def test_an_answer_that_was_ever_given_can_still_be_read(path: Path) -> None:
    event = next(event for event in EVENTS if event.topic == path.parent.name)
    read = event.model.model_validate_json(path.read_bytes())
    assert problems(path.parent.name, read.model_dump_json().encode()) == []


def test_there_is_something_old_of_every_event() -> None:
    for topic in TOPICS:
        assert list((CORPUS / topic).glob("*.json"))
        assert list(RELEASED.glob(f"*/{topic}.json"))


@given(
    st.sampled_from([complete(), partial(), failed()]),
    st.dictionaries(st.text(st.characters(codec="utf-8")), st.integers() | st.none()),
)
def test_what_we_announce_is_valid_by_every_schema_ever_published(
    answer: ClipCompleted, annotations: dict[str, Any]
) -> None:
    incident = answer.incident.model_copy(update={"annotations": annotations})
    sent = completed(answer.model_copy(update={"incident": incident}))
    assert problems(sent.topic, sent.value or b"") == []


@pytest.mark.parametrize("change", [waiting(), waiting(answer=complete()), waiting(type=None)])
def test_a_status_is_valid_by_every_schema_ever_published(change: ClipStatus) -> None:
    sent = status(change)
    assert problems(sent.topic, sent.value or b"") == []


def test_a_field_that_goes_missing_is_noticed() -> None:
    value = complete().model_dump(mode="json")
    del value["poster_url"]
    assert problems("clip.completed.v1", json.dumps(value).encode())
