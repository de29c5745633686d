import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from tests.published import ROOT
from topics.names import all_topics

META = json.loads((ROOT / "tests/contracts/vendored/asyncapi-3.0.0.json").read_text())


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "topics/asyncapi.yaml").read_text())
    return loaded


def errors(document: dict[str, Any]) -> list[str]:
    return [error.message for error in Draft7Validator(META).iter_errors(document)]


def test_the_document_is_valid_asyncapi(document: dict[str, Any]) -> None:
    assert errors(document) == []


def test_the_meta_schema_would_notice_a_mistake(document: dict[str, Any]) -> None:
    operations = document["operations"] | {
        "receive-incident.reported.v1": {"action": "recieve", "channel": {"$ref": "#/x"}}
    }
    assert errors(document | {"operations": operations})


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    found = list(_references(document))
    assert found
    for reference in found:
        file, _, pointer = reference.partition("#")
        target: Any = document
        if file:
            target = json.loads((ROOT / "topics" / file).read_text())
        for step in filter(None, pointer.split("/")):
            target = target[step]


def test_every_channel_is_a_topic_of_ours_as_it_is_made(document: dict[str, Any]) -> None:
    topics = {topic.name: topic for topic in all_topics(12)}
    for name, channel in document["channels"].items():
        kafka = channel["bindings"]["kafka"]
        assert kafka["partitions"] == topics[name].partitions
        written = {k: _as_kafka(v) for k, v in kafka["topicConfiguration"].items()}
        assert written == topics[name].configs


def _as_kafka(value: object) -> str:
    return ",".join(value) if isinstance(value, list) else str(value)


def _references(tree: object) -> Iterator[str]:
    if isinstance(tree, dict):
        if isinstance(tree.get("$ref"), str):
            yield tree["$ref"]
        for child in tree.values():
            yield from _references(child)
    if isinstance(tree, list):
        for child in tree:
            yield from _references(child)
