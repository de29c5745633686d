"""Faust's web server with our pages and none of its own, and with an end to idle connections."""

from typing import Any, ClassVar

from aiohttp import web
from faust.web.drivers.aiohttp import Server, Web

_IDLE_SECONDS = 30.0
"""A connection without a whole request for so long is closed; aiohttp's default is an hour."""
_SHUTDOWN_SECONDS = 3.0
"""For requests under way when the worker leaves."""


class ClipWeb(Web):  # type: ignore[misc] # Faust is untyped here
    """Serves what `app.pages` builds. May be started before the rest of Faust: probes must answer."""

    default_blueprints: ClassVar[list[Any]] = []
    production_blueprints: ClassVar[list[Any]] = []
    debug_blueprints: ClassVar[list[Any]] = []
    optional_blueprints: ClassVar[list[Any]] = []

    async def on_start(self) -> None:
        """Build the application and listen."""
        self.web_app = self.app.pages()
        self._runner = web.AppRunner(
            self.web_app,
            access_log=None,
            keepalive_timeout=_IDLE_SECONDS,
            shutdown_timeout=_SHUTDOWN_SECONDS,
        )
        self._thread = Server(self, loop=self.loop, beacon=self.beacon)
        self.add_dependency(self._thread)

    def init_server(self) -> None:
        """Faust would add its own pages here."""
