"""`/health`, `/healthz/...` and `/metrics`: what machines ask a worker."""

from aiohttp import web
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from schemas.http import HealthView, Probe
from schemas.version import VERSION
from streams.http.parts import Parts


class Probes:
    """Answers from what the worker knows, without asking anybody."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def health(self, _: web.Request) -> web.Response:
        """Everything in one object; 503 unless the worker does all of its work."""
        found = self._parts.health()
        view = HealthView(
            status=found.status, version=VERSION, checks=found.checks, facts=found.facts
        )
        body = view.model_dump_json().encode()
        return web.Response(
            body=body, status=200 if found.ready else 503, content_type="application/json"
        )

    async def live(self, _: web.Request) -> web.Response:
        """Whether a restart would help. That Kafka can be reached has no part in it."""
        return _probe("alive" if self._parts.alive() else "dead", good=self._parts.alive())

    async def ready(self, _: web.Request) -> web.Response:
        """Whether it does its work."""
        found = self._parts.health()
        return _probe(found.status, good=found.ready)

    async def startup(self, _: web.Request) -> web.Response:
        """Whether it has come up."""
        started = self._parts.health().facts["started"] is True
        return _probe("started" if started else "starting", good=started)

    async def metrics(self, _: web.Request) -> web.Response:
        """Everything that is counted, in Prometheus's text format."""
        self._parts.observe()
        self._parts.metrics.loaded.set(self._parts.loaded())
        body = generate_latest(self._parts.metrics.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})


def _probe(status: str, *, good: bool) -> web.Response:
    body = Probe(status=status).model_dump_json().encode()
    return web.Response(body=body, status=200 if good else 503, content_type="application/json")
