"""`/docs`, `/docs/problems` and `/openapi.json`: the interface, explained. Nothing of it comes from outside."""

import asyncio
from importlib.resources import files

import orjson
from aiohttp import web

from schemas.problem import ProblemType
from streams.http import openapi
from streams.http.page import show
from streams.http.parts import Parts

_BUNDLE = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript"}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Interface · Incident clips</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<p style="margin: 1rem 28px; font: 16px sans-serif"><a href="/">All clips</a></p>
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
_START = """window.ui = SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#docs", deepLinking: true, validatorUrl: null,
  defaultModelsExpandDepth: 0, tryItOutEnabled: true,
});
"""
_POLICY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; connect-src 'self'; media-src 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
}


class Documents:
    """Shows them."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._openapi = orjson.dumps(openapi.document())

    async def docs(self, _: web.Request) -> web.Response:
        """The interface to try out."""
        return web.Response(text=_PAGE, content_type="text/html", headers=_POLICY)

    async def bundle(self, asked: web.Request) -> web.Response:
        """The parts of the page above."""
        name = asked.match_info["name"]
        body = await asyncio.to_thread((files("swagger_ui") / "static" / name).read_bytes)
        headers = {"Cache-Control": "max-age=86400"}
        return web.Response(body=body, content_type=_BUNDLE[name], headers=headers)

    async def start(self, _: web.Request) -> web.Response:
        """Fills the page above."""
        return web.Response(text=_START, content_type="text/javascript")

    async def openapi(self, _: web.Request) -> web.Response:
        """The interface as OpenAPI 3.1."""
        return web.Response(body=self._openapi, content_type="application/json")

    async def problems(self, _: web.Request) -> web.Response:
        """What each problem type means."""
        return show("problems", self._parts, {"kinds": list(ProblemType)})


def routes(parts: Parts) -> list[web.RouteDef]:
    """The addresses of the pages."""
    pages = Documents(parts)
    return [
        web.get("/docs", pages.docs),
        web.get("/docs/problems", pages.problems),
        web.get("/docs/start.js", pages.start),
        web.get("/docs/{name:" + "|".join(_BUNDLE) + "}", pages.bundle),
        web.get("/openapi.json", pages.openapi),
    ]
