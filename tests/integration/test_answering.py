"""A real worker on a real broker and growing footage: incidents in, clips and events out."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from prometheus_client.parser import text_string_to_metric_families

from devtools.broker.broker import Broker
from devtools.broker.records import Record
from devtools.chaos.pictures import plays
from devtools.installation import Installation, Worker
from tests import sites
from tests.published import problems
from tests.sites import ANSWERS, DEAD, Told, ago, listening, report, send

pytestmark = pytest.mark.media


@dataclass(frozen=True, slots=True)
class Running:
    """A site with a worker and a camera at work."""

    site: Installation
    worker: Worker


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("embedded", marks=pytest.mark.embedded),
        pytest.param("kafka", marks=pytest.mark.kafka),
    ],
)
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """One worker for all tests here, on each broker in turn."""
    broker: Broker = request.getfixturevalue(f"{request.param}_broker")
    site = sites.install(tmp_path_factory.mktemp("site"), broker)
    with site.camera("camera1"), site.worker() as worker:
        yield Running(site, worker.until_ready())
        assert worker.stop() == 0


def test_an_incident_becomes_a_clip_that_plays_and_an_event_that_says_so(running: Running) -> None:
    site = running.site

    async def scene(told: Told) -> dict[str, object]:
        await report(site, "seen", ago(20), annotations={"label": "person"})
        return await told.until("seen")

    answer = listening(site, scene)
    assert (answer["outcome"], answer["reason"], answer["coverage"]) == ("complete", None, 1.0)
    assert answer["incident"]["annotations"] == {"label": "person"}  # type: ignore[index]
    assert problems(ANSWERS, json.dumps(answer).encode()) == []
    video = answer["video"]
    path = site.output / video["path"]  # type: ignore[index]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == video["sha256"]  # type: ignore[index]
    assert plays(path)
    files = answer["annotation_files"]
    assert json.loads((site.output / files["json"]["path"]).read_bytes()) == answer  # type: ignore[index]
    assert "seen" in (site.output / files["yaml"]["path"]).read_text()  # type: ignore[index]
    assert "seen" in (site.output / files["txt"]["path"]).read_text()  # type: ignore[index]


def test_an_incident_that_happens_now_waits_for_its_footage(running: Running) -> None:
    async def scene(told: Told) -> dict[str, object]:
        await report(running.site, "now", datetime.now(UTC), after=3)
        return await told.until("now")

    answer = listening(running.site, scene)
    assert answer["outcome"] == "complete"
    created = datetime.fromisoformat(str(answer["created_at"]))
    assert created > datetime.fromisoformat(str(answer["requested_end"]))


def test_the_same_incident_again_is_not_announced_again(running: Running) -> None:
    site = running.site

    async def scene(told: Told) -> list[str]:
        at = ago(20)
        for _ in range(3):
            await report(site, "twice", at)
        await told.until("twice")
        await sites.until(settled)
        await report(site, "twice", at)
        await sites.until(settled)
        await report(site, "after", ago(20))
        await told.until("after")
        return told.names

    async def settled() -> bool:
        return await sites.lag(site) == 0

    assert listening(site, scene).count("twice") == 1


def test_an_event_carries_what_stands_around_it(running: Running) -> None:
    async def scene(told: Told) -> Record:
        await report(running.site, "enveloped", ago(20))
        await told.until("enveloped")
        heard = await sites.records(running.site, ANSWERS, len(told.names))
        return next(r for r in heard if b'"enveloped"' in (r.value or b""))

    record = listening(running.site, scene)
    headers = dict(record.headers)
    assert record.key == b"camera1"
    assert headers["ce_type"] == b"clip.completed.v1"
    assert headers["ce_subject"] == b"camera1"


def test_a_camera_that_nobody_records_is_answered_as_failed(running: Running) -> None:
    async def scene(told: Told) -> dict[str, object]:
        await report(running.site, "nobody", ago(3600), camera="nobody")
        return await told.until("nobody")

    answer = listening(running.site, scene)
    assert (answer["outcome"], answer["reason"]) == ("failed", "unknown_camera")


def test_what_is_no_incident_is_a_dead_letter_and_a_tombstone_is_nothing(running: Running) -> None:
    site = running.site

    async def scene(told: Told) -> list[Record]:
        await send(site, b"{", b"junk")
        await send(site, None, b"junk")
        await send(site, b'{"camera_id":"../../etc","timestamp":"2026-01-01T00:00:00Z"}', b"junk")
        await report(site, "afterwards", ago(20))
        await told.until("afterwards")
        await sites.until(settled)
        return await sites.records(site, DEAD, 2)

    async def settled() -> bool:
        return await sites.lag(site) == 0

    dead = listening(site, scene)
    assert sorted(dict(r.headers)["clip_dlq_reason"] for r in dead) == [b"invalid", b"malformed"]
    assert {r.key for r in dead} == {b"junk"}
    assert b"{" in {r.value for r in dead}


def test_a_settled_incident_is_one_line_of_the_log(running: Running) -> None:
    async def scene(told: Told) -> None:
        await report(running.site, "logged", ago(20))
        await told.until("logged")
        await sites.until(written)

    async def written() -> bool:
        return bool(lines())

    def lines() -> list[dict[str, object]]:
        settled = running.worker.said("incident.settled")
        return [line for line in settled if line["incident_id"] == "logged"]

    listening(running.site, scene)
    (line,) = lines()
    assert (line["outcome"], line["duplicate"]) == ("complete", False)


def test_health_and_metrics_are_served(running: Running) -> None:
    assert json.loads(running.worker.page("/health"))["status"] == "ok"
    text = running.worker.page("/metrics")
    families = {family.name for family in text_string_to_metric_families(text)}
    assert {"clip_requests", "clip_latency_seconds", "clip_queue_depth", "clip_errors"} <= families
