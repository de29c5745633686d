"""Faust's web server with our pages and none of its own, and with an end to what clients may hold.

A connection that sends no whole request in time is closed, however slowly it trickles; beyond
`http.max_connections` new ones are told 503 at once, so that clients cannot take the files that
cutting needs. Slow bodies and slow downloads have limits of their own (`body`, `files`).
"""

import asyncio
from typing import Any, ClassVar, cast

from aiohttp import web
from faust.web.drivers.aiohttp import Server, Web

_IDLE_SECONDS = 30.0
"""A connection without a whole request for so long is closed; aiohttp's default is an hour."""
_SHUTDOWN_SECONDS = 3.0
"""For requests under way when the worker leaves."""
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

    @property
    def server(self) -> Any:
        """What makes the protocol of each new connection."""
        made = super().server
        return None if made is None else lambda: self._protocol(made)

    def _protocol(self, server: Any) -> asyncio.Protocol:
        full = len(server.connections) >= self._most
        return _Busy() if full else cast("asyncio.Protocol", server())


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
