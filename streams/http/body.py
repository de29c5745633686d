"""Reading a JSON body and query parameters, within limits of size and time."""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiohttp import web
from multidict import MultiMapping

from schemas.problem import ProblemType
from streams.http.problems import ProblemError

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
_JSON = (JSON, "application/cloudevents+json")


async def read_body(request: web.Request, seconds: float, kinds: Sequence[str] = _JSON) -> bytes:
    """The body of a request that says it is of one of these kinds; raises `ProblemError`.

    That it must say JSON also keeps other sites' forms out: a browser asks before it sends JSON.
    """
    if request.content_type not in kinds:
        said = request.headers.get("Content-Type", "nothing")[:60]
        raise ProblemError(
            ProblemType.UNSUPPORTED_MEDIA_TYPE,
            f"Content-Type is {said!r}: send JSON with Content-Type: application/json",
        )
    try:
        async with asyncio.timeout(seconds):
            return await request.read()
    except TimeoutError:
        detail = f"the body did not arrive within {seconds:g} s"
        raise ProblemError(ProblemType.TOO_SLOW, detail, {"Connection": "close"}) from None


def only_once(query: MultiMapping[str], known: frozenset[str]) -> dict[str, Any]:
    """Query parameters by name; raises `ProblemError` for an unknown or repeated one."""
    for name in query:
        if name not in known:
            detail = f"{name[:40]!r} is no parameter: use {', '.join(sorted(known))}"
            raise ProblemError(ProblemType.INVALID, detail)
        if len(query.getall(name)) > 1:
            raise ProblemError(ProblemType.INVALID, f"{name} is given more than once: give one")
    return dict(query)
