"""Counts requests and how long they took, by route and never by address."""

from time import perf_counter

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from streams.metrics import Metrics

_METHODS = frozenset({"GET", "HEAD", "POST"})


def counted(metrics: Metrics) -> Middleware:
    """A middleware that counts; it stands outside of the one that makes problems."""

    @web.middleware
    async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
        began = perf_counter()
        code = "aborted"
        try:
            answer = await handler(request)
            code = str(answer.status)
        except web.HTTPException as exc:
            code = str(exc.status)
            raise
        finally:
            resource = request.match_info.route.resource
            route = resource.canonical if resource is not None else "none"
            method = request.method if request.method in _METHODS else "other"
            metrics.http_requests.labels(route=route, method=method, code=code).inc()
            metrics.http_seconds.labels(route=route).observe(perf_counter() - began)
        return answer

    return count
