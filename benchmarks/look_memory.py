"""Memory of what waits: for each job, with everything that Faust and we keep of it; for each camera."""

import gc
import json
import tempfile
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import faust
from faust.events import Event
from faust.types.tuples import TP, Message

from processors.adapters.footage_disk import DiskRecordings
from processors.footage.pattern import Pattern
from processors.footage.setup import Setup, Setups
from processors.registry import Registry
from processors.request import ClipRequest
from processors.span import Span
from processors.window import request
from schemas.instant import NANOS, to_ns
from schemas.settings import Windows
from streams.delivery import Delivery
from topics import codec
from topics.names import INCIDENT_REPORTED

_CAMERAS, _PARTITIONS = 50, 12
_WHEN = datetime(2026, 11, 24, 8, 24, tzinfo=UTC)


def of_jobs(count: int) -> dict[str, object]:
    """Bytes for each of `count` incidents that wait for their footage."""
    app = faust.App("bench-look", broker="memory://")
    registry: Registry[Delivery] = Registry()

    def admit() -> None:
        for number in range(count):
            delivery = Delivery.of(None, _event(app, number))
            registry.admit(_understood(delivery), delivery, 0)
        for job in registry.due(1):
            registry.schedule(job, NANOS)

    return {"waiting_jobs": count, "bytes_a_job": round(_allocated(admit) / count)}


def of_camera(count: int) -> dict[str, object]:
    """Bytes for a camera of `count` segments in one folder, once it was looked at."""
    with tempfile.TemporaryDirectory(prefix="bench-look-") as folder:
        root, pattern = Path(folder), Pattern()
        (root / "cam").mkdir()
        for number in range(count):
            moment = _WHEN + number * timedelta(seconds=5)
            (root / pattern.encode("cam", moment, UTC)).touch()
        recordings = DiskRecordings(root, Setups(Setup((pattern,))))
        end = to_ns(_WHEN + count * timedelta(seconds=5))
        window = Span(end - 20 * NANOS, end)
        taken = _allocated(lambda: recordings.timeline("cam", window, end))
        recordings.close()
    return {"segments": count, "bytes_a_camera": taken, "bytes_a_name": round(taken / count)}


def _allocated(work: Callable[[], object]) -> int:
    """Bytes that are still taken after `work`."""
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    work()
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return after - before


def _event(app: Any, number: int) -> Any:
    """An incident as Faust hands it out."""
    camera = f"camera{number % _CAMERAS}"
    body = {
        "incident_id": f"i-{number:08d}",
        "camera_id": camera,
        "timestamp": "2026-11-24T08:24:00Z",
        "type": "person",
        "annotations": {"score": 0.91, "zone": "gate", "model": "v7"},
    }
    value, place = json.dumps(body).encode(), TP(INCIDENT_REPORTED, number % _PARTITIONS)
    at = _WHEN.timestamp()
    message = Message(
        *(place.topic, place.partition, number, at, 0, (), camera.encode(), value, None), tp=place
    )
    return Event(app, message.key, message.value, {}, message)


def _understood(delivery: Delivery) -> ClipRequest:
    said = codec.decode(delivery.record)
    assert isinstance(said, codec.Reported)
    wanted = request(said, to_ns(_WHEN), UTC, Windows(), 0)
    assert isinstance(wanted, ClipRequest)
    return wanted
