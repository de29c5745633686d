"""The real worker when too much goes to the dead letters: it stops, says so, and can be let go on."""

import asyncio
import json

import pytest

from devtools.broker.records import Message, produce, progress, read_all
from tests.product import Product
from topics.names import CLIP_COMPLETED, INCIDENT_REPORTED, dead_letters_of

pytestmark = pytest.mark.embedded

GROUP = "incident-clips"


def report(product: Product, *values: bytes) -> None:
    messages = [Message(value, key=b"camera1") for value in values]
    asyncio.run(produce(product.address, INCIDENT_REPORTED, messages))


def lag(product: Product) -> int:
    found = asyncio.run(progress(product.address, GROUP, INCIDENT_REPORTED))
    return sum(place.lag for place in found.values())


def letters(product: Product) -> int:
    return len(asyncio.run(read_all(product.address, dead_letters_of(INCIDENT_REPORTED))))


def test_a_worker_stops_instead_of_draining_the_topic_until_somebody_acts(
    embedded_product: Product,
) -> None:
    product = embedded_product
    good = json.dumps({"camera_id": "nowhere", "timestamp": "2026-11-24T08:00:00Z"}).encode()
    with product.worker("strict", settings={"CLIPS_DLQ__MAX_CONSECUTIVE": "10"}) as worker:
        report(product, *[b"{"] * 30, good)
        body = worker.await_status(503)
        worker.await_lines("incident.dead", 10)
        said = worker.lines("dlq.limit_exceeded")
    assert body["status"] == "degraded"
    checks = body["checks"]
    assert isinstance(checks, dict)
    assert [name for name, well in checks.items() if not well] == ["dead_letters"]
    assert len(said) == 1
    assert "dlq list" in str(said[0]["fix"])
    assert letters(product) == 10
    assert lag(product) > 20

    unlimited = {"CLIPS_DLQ__MAX_CONSECUTIVE": "null", "CLIPS_DLQ__MAX_RATIO": "null"}
    with product.worker("patient", settings=unlimited) as worker:
        worker.await_lines("incident.settled")
        worker.await_lines("incident.dead", 20)
    assert letters(product) >= 30
    assert lag(product) == 0
    assert len(asyncio.run(read_all(product.address, CLIP_COMPLETED))) == 1
