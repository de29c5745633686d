"""All addresses of the HTTP interface, as one aiohttp application."""

from aiohttp import web

from streams.http import documents
from streams.http.cameras import Cameras
from streams.http.clip_pages import ClipPages
from streams.http.clips import Clips
from streams.http.counting import counted
from streams.http.files import Files
from streams.http.hooks import Hooks
from streams.http.parts import Parts
from streams.http.probes import Probes
from streams.http.problems import add_safe_headers, problems
from streams.http.reporting import Reporting


def build(parts: Parts) -> web.Application:
    """The application; whoever runs it closes connections that stay idle."""
    application = web.Application(
        middlewares=[counted(parts.metrics), problems], client_max_size=parts.settings.http.max_body
    )
    application.on_response_prepare.append(add_safe_headers)
    application.router.add_routes(_routes(parts))
    return application


def _routes(parts: Parts) -> list[web.RouteDef]:
    clips, files, probes, pages = Clips(parts), Files(parts), Probes(parts), ClipPages(parts)
    return [
        web.post("/clips", Reporting(parts).post),
        web.get("/clips", clips.list),
        web.get("/clips/{clip_id}", clips.show),
        web.get("/", pages.guarded(pages.list)),
        web.get("/watch/{clip_id}", pages.guarded(pages.watch)),
        web.get("/videos/{file}", files.video),
        web.get("/posters/{file}", files.poster),
        web.get("/annotations/{file}", files.annotation),
        web.get("/cameras", Cameras(parts).list),
        web.post("/hooks/segment", Hooks(parts).segment),
        web.get("/health", probes.health),
        web.get("/healthz/live", probes.live),
        web.get("/healthz/ready", probes.ready),
        web.get("/healthz/startup", probes.startup),
        web.get("/metrics", probes.metrics),
        *documents.routes(parts),
    ]
