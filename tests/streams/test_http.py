"""`/health` and `/metrics`, on a real server."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families

from streams import http
from streams.health import Health
from streams.metrics import Metrics

PROMISED = {
    "clip_requests": "counter",
    "clip_latency_seconds": "histogram",
    "clip_queue_depth": "gauge",
    "clip_errors": "counter",
}


def ask(
    scene: Callable[[Any], Coroutine[Any, Any, None]],
    status: str = "ok",
    metrics: Metrics | None = None,
) -> None:
    async def run() -> None:
        application = web.Application()
        health = Health(status, {"assigned": status == "ok"}, {"waiting": 3})
        http.add_routes(application, lambda: health, (metrics or Metrics()).registry)
        async with TestClient(TestServer(application)) as client:
            await scene(client)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("status", "code"), [("ok", 200), ("starting", 503), ("draining", 503), ("degraded", 503)]
)
def test_health_is_200_only_for_a_worker_that_works(status: str, code: int) -> None:
    async def scene(client: Any) -> None:
        answer = await client.get("/health")
        assert answer.status == code
        assert await answer.json() == {
            "status": status,
            "checks": {"assigned": status == "ok"},
            "facts": {"waiting": 3},
        }

    ask(scene, status)


def test_metrics_can_be_scraped_and_have_the_promised_names() -> None:
    metrics = Metrics()
    metrics.requests.labels(camera="camera1", status="complete").inc()
    metrics.errors.labels(type="internal").inc()

    async def scene(client: Any) -> None:
        answer = await client.get("/metrics")
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain")
        families = {f.name: f for f in text_string_to_metric_families(await answer.text())}
        assert {name: families[name].type for name in PROMISED} == PROMISED
        assert all(name.startswith("clip_") for name in families)
        (sample,) = families["clip_requests"].samples
        assert sample.name == "clip_requests_total"
        assert sample.labels == {"camera": "camera1", "status": "complete"}

    ask(scene, metrics=metrics)


def test_a_camera_name_cannot_break_the_metrics() -> None:
    metrics = Metrics()
    metrics.requests.labels(camera='a"\n\\b', status="complete").inc()

    async def scene(client: Any) -> None:
        text = await (await client.get("/metrics")).text()
        families = {f.name: f for f in text_string_to_metric_families(text)}
        assert families["clip_requests"].samples[0].labels["camera"] == 'a"\n\\b'

    ask(scene, metrics=metrics)
