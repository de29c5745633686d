"""Problem details for whatever goes wrong, ours and aiohttp's, and headers that every answer has."""

from collections.abc import Mapping
from http import HTTPStatus

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from processors.errors import ReadModelError
from schemas.problem import Problem, ProblemType

RETRY_AFTER = {"Retry-After": "5"}

_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
_FOREIGN = {
    HTTPStatus.NOT_FOUND: ProblemType.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED: ProblemType.METHOD_NOT_ALLOWED,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ProblemType.TOO_LARGE,
}

log = structlog.get_logger(__name__)


class ProblemError(Exception):
    """Ends a request with problem details."""

    def __init__(
        self, type_: ProblemType, detail: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.type = type_
        self.detail = detail
        self.headers = headers or {}


def response(request: web.BaseRequest, error: ProblemError) -> web.Response:
    """The answer to a request that ended in `error`."""
    problem = Problem(
        type=error.type.address,
        title=error.type.meaning,
        status=error.type.status,
        detail=error.detail,
        instance=request.path,
    )
    return web.Response(
        body=problem.model_dump_json().encode(errors="backslashreplace"),
        status=error.type.status,
        content_type="application/problem+json",
        headers=error.headers,
    )


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turns exceptions into problem details; nothing of a fault of ours shows outside."""
    try:
        return await handler(request)
    except ProblemError as exc:
        return response(request, exc)
    except web.HTTPException as exc:
        if exc.status < HTTPStatus.BAD_REQUEST:
            raise
        return response(request, _of_aiohttp(request, exc))
    except ReadModelError as exc:
        log.warning("http.list_unreadable", error=str(exc))
        detail = "where the clips stand cannot be read right now: try again"
        return response(request, ProblemError(ProblemType.NOT_READY, detail, RETRY_AFTER))
    except ConnectionError:
        raise
    except Exception:
        log.exception("http.fault", method=request.method, path=request.path)
        detail = "this service failed; its log says more"
        return response(request, ProblemError(ProblemType.INTERNAL, detail))


def _of_aiohttp(request: web.Request, exc: web.HTTPException) -> ProblemError:
    known = _FOREIGN.get(HTTPStatus(exc.status), ProblemType.MALFORMED)
    allow = exc.headers.get("Allow")
    detail = {
        ProblemType.NOT_FOUND: "there is nothing at this address; /docs lists what there is",
        ProblemType.METHOD_NOT_ALLOWED: f"{request.method} does not work here: use {allow}",
        ProblemType.TOO_LARGE: "the body is too large: leave annotations out, or make them smaller",
    }.get(known, f"the request cannot be read: {exc.reason}")
    return ProblemError(known, detail, {"Allow": allow} if allow else None)


async def add_safe_headers(_: web.Request, answer: web.StreamResponse) -> None:
    """A signal handler: headers that keep browsers from guessing, framing and storing."""
    for name, value in _SAFE.items():
        answer.headers.setdefault(name, value)
