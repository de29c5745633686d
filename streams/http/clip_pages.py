"""`/` and `/watch/{clip_id}`: the clips for people with a browser.

The page of a clip has an address of its own and does not share `/clips/{clip_id}`: clients whose
library asks for HTML unless told otherwise (Java's does) would be given a page where they want JSON.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Self
from urllib.parse import quote, unquote, urlencode

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler

from processors.clip_query import ClipPage, write_cursor
from schemas.clip import ClipCompleted
from schemas.http import ClipView
from schemas.problem import ProblemType
from schemas.reason import Outcome
from streams.http import strip, words
from streams.http.body import only_once
from streams.http.clips import PARAMETERS, query_of
from streams.http.page import show, show_problem
from streams.http.parts import Parts
from streams.http.problems import RETRY_AFTER, ProblemError

_LIMIT = "24"
_FORM = ("camera", "outcome")
"""The filters that the list asks for; its address takes all that `GET /clips` takes."""


class ClipPages:
    """Shows the list and each clip."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def list(self, asked: web.Request) -> web.Response:
        """The clips, newest incident first."""
        given = {name: value for name, value in asked.query.items() if value}
        only_once(asked.query, PARAMETERS)
        query = query_of({"limit": _LIMIT} | given, self._parts.setups)
        page, cameras = await asyncio.to_thread(
            lambda: (self._parts.clips.page(query), self._parts.clips.cameras())
        )
        wanted = {name: value for name, value in given.items() if name != "cursor"}
        return show(
            "list",
            self._parts,
            {
                "clips": [self._card(ClipView.model_validate_json(clip)) for clip in page.clips],
                "cameras": sorted({*cameras, *filter(None, [given.get("camera")])}),
                "outcomes": list(Outcome),
                "wanted": wanted,
                "kept": {name: value for name, value in wanted.items() if name not in _FORM},
                "paged": "cursor" in given,
                "newest": _address(wanted),
                "older": _older(page, wanted),
                "example": self._example(),
            },
        )

    async def watch(self, asked: web.Request) -> web.Response:
        """One clip."""
        clip_id = asked.match_info["clip_id"]
        clip, answer = await asyncio.to_thread(self._find, clip_id)
        if clip is None and not self._parts.loaded():
            detail = "this worker is still reading where the clips stand: try again"
            raise ProblemError(ProblemType.NOT_READY, detail, RETRY_AFTER)
        if clip is None:
            detail = f"there is no clip {clip_id[:60]!r}: look for it in the list"
            raise ProblemError(ProblemType.NOT_FOUND, detail)
        told = answer.incident.annotations if answer else {}
        return show(
            "clip",
            self._parts,
            {
                **self._card(clip),
                "answer": answer,
                "told": orjson.dumps(told, option=orjson.OPT_INDENT_2).decode() if told else "",
                "strip": strip.of(clip),
            },
        )

    def guarded(self, handler: Handler) -> Handler:
        """The same handler, with a page for what goes wrong."""

        async def guard(asked: web.Request) -> web.StreamResponse:
            try:
                return await handler(asked)
            except ProblemError as exc:
                return show_problem(self._parts, exc)

        return guard

    def _find(self, clip_id: str) -> tuple[ClipView | None, ClipCompleted | None]:
        clip = self._parts.clips.get(clip_id)
        stem = _stem(clip) if clip else ""
        return clip, self._parts.published.find(stem) if stem else None

    def _card(self, clip: ClipView) -> dict[str, object]:
        return {
            "clip": clip,
            "zone": self._zone(clip.camera_id),
            "state": words.state(clip),
            "remark": words.remark(clip),
            "files": Files.of(clip),
        }

    def _zone(self, camera: str) -> tzinfo:
        return self._parts.setups.of(camera).zone

    def _example(self) -> dict[str, str]:
        """What the command that reports an incident needs."""
        settings = self._parts.settings
        here = settings.output.base_url or f"http://localhost:{settings.http.port}"
        return {"address": here, "now": words.now_utc(self._parts.clock.now())}


@dataclass(frozen=True, slots=True)
class Files:
    """Addresses on this worker, whatever `output.base_url` says to others; empty for what there is not."""

    videos: tuple[str, ...]
    """In order of time; several of a clip in parts."""
    poster: str
    annotations: Mapping[str, str]
    """By notation."""

    @classmethod
    def of(cls, clip: ClipView) -> Self:
        """Where the files of a clip are."""
        videos = (clip.download_url,) if clip.download_url else clip.part_urls
        said = clip.annotation_urls
        notes = {"txt": said.txt, "json": said.json_, "yaml": said.yaml} if said else {}
        return cls(
            tuple(f"/videos/{quote(_name(url))}" for url in videos),
            f"/posters/{quote(_stem(clip))}.jpg" if videos else "",
            {kind: f"/annotations/{quote(_name(url))}" for kind, url in notes.items()},
        )


def _stem(clip: ClipView) -> str:
    """The name of a clip's files without ending; empty where there are none."""
    said = clip.annotation_urls
    return _name(said.json_).removesuffix(".json") if said else ""


def _name(url: str) -> str:
    return unquote(url.rpartition("/")[2])


def _older(page: ClipPage, wanted: Mapping[str, str]) -> str | None:
    if page.next is None:
        return None
    return _address({**wanted, "cursor": write_cursor(page.next)})


def _address(query: Mapping[str, str]) -> str:
    return f"/?{urlencode(query)}" if query else "/"
