"""The curl lines of the usage page, on Apache Kafka: reported, done, downloaded, and when things die."""

import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import av
import pytest
import yaml

from devtools.broker.kafka import KafkaBroker
from devtools.installation import Worker
from tests import sites
from tests.conftest import require_kafka
from tests.media import Recipe, record

pytestmark = [pytest.mark.kafka, pytest.mark.media]
INCIDENT = '{"camera_id": "camera1", "timestamp": "2025-08-29T14:30:15", "duration": 20}'


@dataclass
class Scene:
    """One broker; a worker that was killed after it had answered, and one that goes on."""

    broker: KafkaBroker
    first: dict[str, Any]
    worker: Worker
    folder: Path

    def curl(self, path: str, *options: str) -> str:
        return curl(self.worker, path, *options)


def curl(worker: Worker, path: str, *options: str) -> str:
    argv = ["curl", "-sS", "--max-time", "20", *options, f"http://localhost:{worker.port}{path}"]
    return subprocess.run(argv, check=True, capture_output=True, text=True, timeout=30).stdout


def until_done(worker: Worker, clip_id: str) -> dict[str, Any]:
    end = time.monotonic() + sites.SOON
    while (clip := json.loads(curl(worker, f"/clips/{clip_id}"))).get("status") != "done":
        assert time.monotonic() < end, clip
        worker.wait(0.2)
    return dict(clip)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    require_kafka()
    folder = tmp_path_factory.mktemp("curl")
    with KafkaBroker(folder / "kafka") as broker:
        site = sites.install(folder / "site", broker)
        target = site.footage / "camera1"
        target.mkdir()
        for number, path in enumerate(record(folder / "made", Recipe(seconds=25, segment=5))):
            path.rename(target / f"camera1_20250829_1430{number * 5:02}.mp4")
        with site.worker("other") as other:
            with site.worker("killed") as killed:
                killed.until_ready()
                posted = json.loads(
                    curl(killed, "/clips", "-H", "Content-Type: application/json", "-d", INCIDENT)
                )
                assert posted["status"] == "pending"
                first = until_done(killed, posted["clip_id"])
                killed.kill()
            yield Scene(broker, first, other.until_ready(), folder)
            other.kill()  # its drain would wait for the broker that is gone


def test_the_download_has_every_picture_and_begins_with_its_index(scene: Scene) -> None:
    path = scene.folder / "clip.mp4"
    scene.curl(scene.first["download_url"], "-o", str(path))

    with av.open(path) as clip:
        assert len(list(clip.decode(video=0))) == 500
        assert clip.streams.video[0].average_rate == 25
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_the_annotations_say_what_the_proof_of_concept_said(scene: Scene) -> None:
    urls = scene.first["annotation_urls"]
    said = json.loads(scene.curl(urls["json"]))
    text = scene.curl(urls["txt"])

    assert yaml.safe_load(scene.curl(urls["yaml"])) == said
    assert said["clip_id"] == scene.first["clip_id"]
    assert said["camera_id"] == "camera1"
    times = ["requested_start", "requested_end", "actual_start", "actual_end"]
    assert [said[name][11:19] for name in times] == ["14:30:00", "14:30:20"] * 2
    assert said["duration_seconds"] == pytest.approx(20, abs=0.05)
    assert datetime.fromisoformat(said["created_at"]).tzinfo is not None
    assert said["source"]
    sources = said["source_clips"]
    assert [source["filename"] for source in sources] == [
        f"camera1_20250829_1430{second:02}.mp4" for second in (0, 5, 10, 15)
    ]
    for source in sources:
        assert source["file_path"] == f"camera1/{source['filename']}"
        assert source["start_time"] < source["end_time"]
        assert source["file_size"] > 0
        assert source["filename"] in text
    assert said["clip_id"] in text


def test_another_worker_knows_what_the_killed_one_answered(scene: Scene) -> None:
    assert until_done(scene.worker, scene.first["clip_id"]) == scene.first


def test_without_kafka_a_report_is_503_soon_and_reading_goes_on(scene: Scene) -> None:
    scene.broker.kill()
    headers = scene.folder / "headers"
    other = INCIDENT.replace("14:30:15", "14:30:16")
    # 5 s are promised; the rest is for a busy machine.
    options = ("--max-time", "8", "-D", str(headers), "-H", "Content-Type: application/json")
    problem = json.loads(scene.curl("/clips", *options, "-d", other))

    assert problem["status"] == 503
    assert "retry-after:" in headers.read_text().lower()
    assert json.loads(scene.curl(f"/clips/{scene.first['clip_id']}")) == scene.first
    assert len(json.loads(scene.curl("/clips"))["clips"]) >= 1
