"""`/docs`, `/docs/problems`, `/openapi.json` and `/`: pages for people. Nothing of them comes from outside."""

import asyncio
from html import escape
from importlib.resources import files

import orjson
from aiohttp import web

from processors.clip_query import ClipQuery
from schemas.http import ClipView
from schemas.problem import ProblemType
from streams.http import openapi
from streams.http.parts import Parts

_BUNDLE = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript"}
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
_STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } a { color: light-dark(#0b57d0, #8ab4f8); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .5rem .75rem; border-bottom: 1px solid var(--line); }
nav a { margin-right: 1rem; } code { font: .9em ui-monospace, monospace; }
"""


class Documents:
    """Pages."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._openapi = orjson.dumps(openapi.document())

    async def docs(self, _: web.Request) -> web.Response:
        """The interface to try out."""
        head = '<link rel="stylesheet" href="/docs/swagger-ui.css">'
        body = (
            '<div id="docs"></div><script src="/docs/swagger-ui-bundle.js"></script>'
            '<script src="/docs/start.js"></script>'
        )
        return _page("Incident clips: HTTP interface", body, head)

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
        rows = "".join(
            f'<tr id="{kind}"><td><code>{kind}</code></td><td>{kind.status}</td>'
            f"<td>{escape(kind.meaning)}</td></tr>"
            for kind in ProblemType
        )
        head = "<tr><th>Type</th><th>Status</th><th>Meaning</th></tr>"
        return _page("Problems", f"<h1>Problems</h1><table>{head}{rows}</table>", _styled())

    async def index(self, _: web.Request) -> web.Response:
        """The latest clips."""
        page = await asyncio.to_thread(self._parts.clips.page, ClipQuery(limit=100))
        rows = "".join(_row(ClipView.model_validate_json(clip)) for clip in page.clips)
        head = "".join(f"<th>{name}</th>" for name in ("Incident", "Camera", "State", "Clip", ""))
        table = f"<table><tr>{head}</tr>{rows}</table>" if rows else "<p>No incidents yet.</p>"
        links = "".join(
            f'<a href="{link}">{link[1:]}</a>'
            for link in ("/docs", "/cameras", "/health", "/metrics")
        )
        return _page("Clips", f"<h1>Clips</h1><nav>{links}</nav>{table}", _styled())


def routes(parts: Parts) -> list[web.RouteDef]:
    """The addresses of the pages."""
    pages = Documents(parts)
    return [
        web.get("/", pages.index),
        web.get("/docs", pages.docs),
        web.get("/docs/problems", pages.problems),
        web.get("/docs/start.js", pages.start),
        web.get("/docs/{name:" + "|".join(_BUNDLE) + "}", pages.bundle),
        web.get("/openapi.json", pages.openapi),
    ]


def _row(clip: ClipView) -> str:
    state = str(clip.outcome or clip.status)
    why = f" ({clip.reason})" if clip.reason else ""
    video = f'<a href="{escape(clip.download_url)}">play</a>' if clip.download_url else ""
    paper = (
        f'<a href="{escape(clip.annotation_urls.txt)}">annotation</a>'
        if clip.annotation_urls
        else ""
    )
    cells = (
        f"{clip.incident_at:%Y-%m-%d %H:%M:%S} UTC",
        escape(clip.camera_id),
        f'<a href="/clips/{escape(clip.clip_id)}">{escape(state + why)}</a>',
        video,
        paper,
    )
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _styled() -> str:
    return f"<style>{_STYLE}</style>"


def _page(title: str, body: str, head: str = "") -> web.Response:
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">{head}</head>'
        f"<body>{body}</body></html>"
    )
    return web.Response(text=text, content_type="text/html", headers=_POLICY)
