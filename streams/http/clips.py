"""`GET /clips` and `GET /clips/{clip_id}`: what became of the incidents, from any worker."""

import asyncio
from datetime import datetime, tzinfo
from urllib.parse import urlencode

import orjson
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from processors.clip_query import ALL_TIME, ClipQuery, Place, read_cursor, write_cursor
from processors.footage.setup import Setups
from processors.moment import resolve
from processors.span import Span
from schemas.camera import CameraId
from schemas.incident import Text
from schemas.instant import WrittenTime, to_ns
from schemas.problem import ProblemType
from schemas.reason import Outcome
from schemas.status import Stage
from streams.http.body import only_once
from streams.http.parts import Parts
from streams.http.problems import RETRY_AFTER, ProblemError
from topics.field_errors import explain

DEFAULT_LIMIT = 50
MAX_LIMIT = 500


class ClipFilter(BaseModel):
    """The parameters of `GET /clips`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    camera: CameraId | None = Field(
        default=None, description="Only of this camera.", examples=["camera1"]
    )
    from_: WrittenTime | None = Field(
        default=None,
        alias="from",
        description="Only incidents at or after this time. Without an offset: in the configured zone.",
        examples=["2026-11-24T08:00:00Z"],
    )
    to: WrittenTime | None = Field(
        default=None,
        description="Only incidents before this time.",
        examples=["2026-11-24T09:00:00Z"],
    )
    status: Stage | None = Field(default=None, description="Only in this state.", examples=["done"])
    outcome: Outcome | None = Field(
        default=None, description="Only with this outcome.", examples=["partial"]
    )
    type: Text | None = Field(
        default=None, description="Only of this type of incident.", examples=["intrusion"]
    )
    limit: int = Field(
        default=DEFAULT_LIMIT,
        ge=1,
        le=MAX_LIMIT,
        description="Clips on a page.",
        examples=[DEFAULT_LIMIT],
    )
    cursor: str | None = Field(
        default=None,
        description="Where the page begins: take it from `next` of the page before.",
        examples=["GHrEy3v7DwBKTFoLPg9aV58ODW860aAB"],
    )


PARAMETERS = frozenset(field.alias or name for name, field in ClipFilter.model_fields.items())
"""By name, as in an address."""


class Clips:
    """Shows clips."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def show(self, asked: web.Request) -> web.Response:
        """One clip."""
        clip_id = asked.match_info["clip_id"]
        found = await asyncio.to_thread(self._parts.clips.get_json, clip_id)
        if found is not None:
            return _json(found)
        self._check_loaded()
        detail = f"there is no clip {clip_id[:60]!r}: take an id from POST /clips or GET /clips"
        raise ProblemError(ProblemType.NOT_FOUND, detail)

    async def list(self, asked: web.Request) -> web.Response:
        """A page of clips, newest incident first."""
        query = query_of(only_once(asked.query, PARAMETERS), self._parts.setups)
        self._check_loaded()
        page = await asyncio.to_thread(self._parts.clips.page, query)
        following = None
        if page.next is not None:
            kept = {name: value for name, value in asked.query.items() if name != "cursor"}
            following = f"/clips?{urlencode(kept | {'cursor': write_cursor(page.next)})}"
        # A `ClipList`, joined from what is JSON already: a page costs no more than its bytes.
        body = b'{"clips":[%b],"next":%b}' % (b",".join(page.clips), orjson.dumps(following))
        return _json(body, {"Link": f'<{following}>; rel="next"'} if following else None)

    def _check_loaded(self) -> None:
        """A list that is still being read must not deny what is there."""
        if not self._parts.loaded():
            detail = "this worker is still reading where the clips stand: try again"
            raise ProblemError(ProblemType.NOT_READY, detail, RETRY_AFTER)


def query_of(given: dict[str, str], setups: Setups) -> ClipQuery:
    """What the parameters ask for; raises `ProblemError`, naming the one that cannot be used."""
    try:
        wanted = ClipFilter.model_validate(given)
    except ValidationError as exc:
        raise ProblemError(ProblemType.INVALID, explain(exc, ClipFilter)) from exc
    zone = (setups.of(wanted.camera) if wanted.camera else setups.usual).zone
    start = ALL_TIME.start if wanted.from_ is None else _instant("from", wanted.from_, zone)
    end = ALL_TIME.end if wanted.to is None else _instant("to", wanted.to, zone)
    if end < start:
        raise ProblemError(ProblemType.INVALID, "to lies before from: swap them")
    return ClipQuery(
        span=Span(start, end),
        camera=wanted.camera,
        type=wanted.type,
        status=wanted.status,
        outcome=wanted.outcome,
        after=None if wanted.cursor is None else _place(wanted.cursor),
        limit=wanted.limit,
    )


def _place(cursor: str) -> Place:
    try:
        return read_cursor(cursor)
    except ValueError as exc:
        raise ProblemError(ProblemType.INVALID, f"cursor = {cursor[:40]!r} {exc}") from exc


def _instant(name: str, written: datetime, zone: tzinfo) -> int:
    try:
        moment = resolve(written, zone)
    except OverflowError:
        moment = None
    if not isinstance(moment, datetime):
        raise ProblemError(
            ProblemType.INVALID,
            f"{name} = {written.isoformat()!r} is not one moment in {zone}: write the time with an "
            "offset, for example 2026-11-24T08:23:45Z",
        )
    return to_ns(moment)


def _json(body: bytes, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(body=body, content_type="application/json", headers=headers)
