"""`GET /cameras`: which cameras the footage root has."""

import asyncio

from aiohttp import web

from streams.http.parts import Parts


class Cameras:
    """Shows the cameras."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def list(self, _: web.Request) -> web.Response:
        """All cameras, by name."""
        found = await asyncio.to_thread(self._parts.cameras)
        body = found.model_dump_json().encode()
        return web.Response(body=body, content_type="application/json")
