"""`POST /hooks/segment`: a recorder tells that it has finished a file. A hint that lets us look sooner."""

from urllib.parse import parse_qsl

from aiohttp import web
from pydantic import ValidationError

from schemas.hook import SegmentHook
from schemas.problem import ProblemType
from streams.http.body import FORM, JSON, read_body
from streams.http.parts import Parts
from streams.http.problems import ProblemError
from topics.field_errors import explain
from topics.json_tree import JsonError, read_json

_MOST_FIELDS = 16


class Hooks:
    """Takes hints. They say when to look; what is there is found by looking."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def segment(self, asked: web.Request) -> web.Response:
        """Answer 204 for whatever is well-formed: a camera that nobody waits for is no fault."""
        seconds = self._parts.settings.http.body_timeout
        body = await read_body(asked, seconds, (JSON, FORM))
        try:
            hook = SegmentHook.model_validate(_fields(asked.content_type, body))
        except ValidationError as exc:
            raise ProblemError(ProblemType.INVALID, explain(exc, SegmentHook)) from exc
        self._parts.hint(hook.path)
        return web.Response(status=204)


def _fields(content_type: str, body: bytes) -> object:
    """The fields of a body; raises `ProblemError`."""
    try:
        if content_type == JSON:
            return read_json(body)
        given = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except JsonError as exc:
        raise ProblemError(ProblemType.MALFORMED, str(exc)) from exc
    except ValueError:
        detail = "the form cannot be read: send path=... as curl --data-urlencode does"
        raise ProblemError(ProblemType.MALFORMED, detail) from None
    if len(fields := dict(given)) < len(given):
        raise ProblemError(ProblemType.INVALID, "a field is given more than once: give one")
    return fields
