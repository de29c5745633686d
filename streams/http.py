"""`/health` and `/metrics` on Faust's own aiohttp server."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import orjson
from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from streams.health import Health


def add_routes(
    application: web.Application, health: Callable[[], Health], registry: CollectorRegistry
) -> None:
    """Serve what the worker knows about itself."""

    async def show_health(_: web.Request) -> web.Response:
        found = health()
        body = orjson.dumps(asdict(found), default=str)
        return web.Response(
            body=body, status=200 if found.ready else 503, content_type="application/json"
        )

    async def show_metrics(_: web.Request) -> web.Response:
        headers: dict[str, Any] = {"Content-Type": CONTENT_TYPE_LATEST}
        return web.Response(body=generate_latest(registry), headers=headers)

    application.router.add_get("/health", show_health)
    application.router.add_get("/metrics", show_metrics)
