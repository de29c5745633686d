"""Faust's web server with our pages and none of its own, and with an end to what clients may hold.

A connection that sends no whole request in time is closed, however slowly it trickles; beyond
`http.max_connections` new ones are told 503, so that clients cannot take the files that cutting
needs; a few more are let in for probes: a busy worker is not a dead one. Slow bodies and slow downloads have limits of their own (`body`, `files`).
"""

import asyncio
from http import HTTPStatus
from typing import Any, ClassVar, cast

from aiohttp import web
from aiohttp.typedefs import Handler
from aiohttp.web_protocol import RequestHandler
from faust.web.drivers.aiohttp import Server, Web

_IDLE_SECONDS = 30.0
"""A connection without a whole request for so long is closed; aiohttp's default is an hour."""
_SHUTDOWN_SECONDS = 3.0
"""For requests under way when the worker leaves."""
_SPARE = 8
"""Connections beyond the limit, which may ask for a probe and nothing else."""
_SPARE_SECONDS = 2.0
"""How long one of them may last."""
_PROBES = "/healthz/"
_BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\n"
    b"Connection: close\r\n\r\n"
)


class _Busy(asyncio.Protocol):
    """Says 503 and goes, without waiting for a request."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        opened = cast("asyncio.Transport", transport)
        opened.write(_BUSY)
        opened.close()


class BoundedRunner(web.AppRunner):
    """Serves an application to so many connections at a time."""

    def __init__(
        self, application: web.Application, connections: int, *, idle: float = _IDLE_SECONDS
    ) -> None:
        super().__init__(
            application,
            access_log=None,
            keepalive_timeout=idle,
            shutdown_timeout=_SHUTDOWN_SECONDS,
        )
        self._most = connections
        self._spare: set[RequestHandler] = set()
        application.middlewares.insert(0, self._only_probes)

    @property
    def server(self) -> Any:
        """What makes the protocol of each new connection."""
        made = super().server
        return None if made is None else lambda: self._protocol(made)

    def _protocol(self, server: Any) -> asyncio.Protocol:
        beyond = len(server.connections) - self._most
        if beyond >= _SPARE:
            return _Busy()
        made: RequestHandler = server()
        if beyond >= 0:
            self._spare.add(made)
            asyncio.get_running_loop().call_later(_SPARE_SECONDS, self._end, made)
        return made

    def _end(self, made: RequestHandler) -> None:
        self._spare.discard(made)
        made.force_close()

    @web.middleware
    async def _only_probes(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """What a connection beyond the limit may ask for."""
        if request.protocol not in self._spare:
            return await handler(request)
        if request.path.startswith(_PROBES):
            answer = await handler(request)
        else:
            answer = web.Response(
                status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": "5"}
            )
        answer.force_close()
        return answer


class ClipWeb(Web):  # type: ignore[misc] # Faust is untyped here
    """Serves what `app.pages` builds. May be started before the rest of Faust: probes must answer."""

    default_blueprints: ClassVar[list[Any]] = []
    production_blueprints: ClassVar[list[Any]] = []
    debug_blueprints: ClassVar[list[Any]] = []
    optional_blueprints: ClassVar[list[Any]] = []

    async def on_start(self) -> None:
        """Build the application and listen."""
        self.web_app = self.app.pages()
        self._runner = BoundedRunner(self.web_app, self.app.http.max_connections)
        self._thread = Server(self, loop=self.loop, beacon=self.beacon)
        self.add_dependency(self._thread)

    def init_server(self) -> None:
        """Faust would add its own pages here."""
