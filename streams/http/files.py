"""`GET /videos/{file}`, `/annotations/{file}` and `/posters/{file}`: published files, by name, and nothing else.

A name must have the form that we give names, its clip must have been published, and what is opened
is a regular file, never a link. So no path ever comes from a request.
"""

import asyncio
import hashlib
import os
import re
import stat
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from aiohttp import web

from processors.errors import CutError, CutTimeoutError, StoreError
from schemas.clip import ClipCompleted
from schemas.problem import ProblemType
from schemas.status import Stage
from streams.http.conditions import Content, Served, decide
from streams.http.parts import Parts
from streams.http.problems import RETRY_AFTER, ProblemError

_NAME = re.compile(
    r"(?P<stem>[^/\\\x00-\x1f.~:\s-][^/\\\x00-\x1f]*_[0-9]{8}_[0-9]{6}_(?P<clip>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}))"
    r"(\.[1-9][0-9]{0,4}(?=\.mp4))?\.(?P<suffix>mp4|jpg|json|yaml|txt)"
)
_TYPES = {
    "mp4": "video/mp4",
    "jpg": "image/jpeg",
    "json": "application/json",
    "yaml": "application/yaml",
    "txt": "text/plain; charset=utf-8",
}
_FOLDERS = {"videos": {"mp4"}, "posters": {"jpg"}, "annotations": {"json", "yaml", "txt"}}
_SLICE = 1024 * 1024
"""Bytes that a client must take within `http.stall_timeout`."""


@dataclass(frozen=True, slots=True)
class _Opened:
    file: BinaryIO
    content: Content


class Files:
    """Serves published files."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._root = parts.settings.output.root

    async def video(self, asked: web.Request) -> web.StreamResponse:
        """A clip."""
        return await self._serve(asked, "videos")

    async def annotation(self, asked: web.Request) -> web.StreamResponse:
        """What is said about a clip."""
        return await self._serve(asked, "annotations")

    async def poster(self, asked: web.Request) -> web.StreamResponse:
        """A still picture of a clip, made on the first request."""
        return await self._serve(asked, "posters")

    async def _draw(self, stem: str, answer: ClipCompleted) -> None:
        """Have the poster of what was published as `stem` made."""
        try:
            await self._parts.posters.provide(stem, answer)
        except (StoreError, CutTimeoutError):
            detail = "the picture could not be made right now: try again"
            raise ProblemError(ProblemType.NOT_READY, detail, RETRY_AFTER) from None
        except CutError as exc:
            raise ProblemError(ProblemType.NOT_FOUND, f"there is no picture: {exc}") from exc

    async def _serve(self, asked: web.Request, folder: str) -> web.StreamResponse:
        name = asked.match_info["file"]
        found = _NAME.fullmatch(name)
        if found is None or found["suffix"] not in _FOLDERS[folder]:
            raise ProblemError(ProblemType.NOT_FOUND, "no published file has such a name")
        answer = await asyncio.to_thread(self._parts.published.find, found["stem"])
        if answer is None:
            raise await self._missing(name, found["clip"])
        if folder == "posters" and answer.videos:
            await self._draw(found["stem"], answer)
        opened = await asyncio.to_thread(self._open, folder, name, answer)
        if opened is None:
            raise await self._missing(name, found["clip"])
        with opened.file:
            served = decide(asked.headers, opened.content)
            return await self._send(asked, name, opened, served)

    def _open(self, folder: str, name: str, answer: ClipCompleted) -> _Opened | None:
        video = next((v for v in answer.videos if v.path == f"{folder}/{name}"), None)
        if folder == "videos" and video is None:
            return None
        try:
            handle = os.open(
                self._root / folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
            )
        except OSError:
            return None
        file = os.fdopen(handle, "rb")
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            file.close()
            return None
        if video is not None:
            tag = video.sha256 or video.blake3 or f"{about.st_size:x}-{answer.revision}"
        else:
            tag = hashlib.file_digest(file, "sha256").hexdigest()
        return _Opened(file, Content(tag, about.st_size, int(about.st_mtime)))

    async def _missing(self, name: str, clip: str) -> ProblemError:
        known = await asyncio.to_thread(self._parts.clips.get, clip)
        if known is not None and known.status is Stage.EXPIRED:
            return ProblemError(ProblemType.EXPIRED, f"{name} was removed: its retention is over")
        return ProblemError(ProblemType.NOT_FOUND, f"no file {name!r} has been published")

    async def _send(
        self, asked: web.Request, name: str, opened: _Opened, served: Served
    ) -> web.StreamResponse:
        content = opened.content
        headers = _headers(name, content, attachment="download" in asked.query)
        if served.status is HTTPStatus.PRECONDITION_FAILED:
            detail = f'the file is "{content.tag}" and not what the request asks for: fetch it anew'
            raise ProblemError(ProblemType.PRECONDITION_FAILED, detail)
        if served.status is HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise ProblemError(
                ProblemType.RANGE_NOT_SATISFIABLE,
                f"the file has {content.size} bytes: ask for a range within",
                {"Content-Range": f"bytes */{content.size}"},
            )
        if served.status is HTTPStatus.PARTIAL_CONTENT:
            last = served.start + served.count - 1
            headers["Content-Range"] = f"bytes {served.start}-{last}/{content.size}"
        answer = web.StreamResponse(status=served.status, headers=headers)
        if served.status is HTTPStatus.NOT_MODIFIED:
            del answer.headers["Content-Type"]
            await answer.prepare(asked)
            return answer
        answer.content_length = served.count
        await answer.prepare(asked)
        if asked.method != "HEAD":
            try:
                await self._stream(asked, opened.file, served)
            except ConnectionError:  # players leave at every seek: nothing for the log
                if asked.transport is not None:
                    asked.transport.abort()
                return answer
        await answer.write_eof()
        return answer

    async def _stream(self, asked: web.Request, file: BinaryIO, served: Served) -> None:
        """Send the bytes from the kernel's cache; a client that stops taking them is let go."""
        loop = asyncio.get_running_loop()
        sent = 0
        while sent < served.count:
            if asked.transport is None or asked.transport.is_closing():
                raise ConnectionResetError("the client has left")
            count = min(_SLICE, served.count - sent)
            try:
                async with asyncio.timeout(self._parts.settings.http.stall_timeout):
                    moved = await loop.sendfile(asked.transport, file, served.start + sent, count)
            except TimeoutError:
                asked.transport.abort()
                raise ConnectionResetError("the client takes nothing any more") from None
            if moved != count:
                raise ConnectionResetError("the file became shorter")
            sent += moved


def _headers(name: str, content: Content, *, attachment: bool) -> dict[str, str]:
    plain = re.sub(r"[^\w. ,+@()#=~-]", "_", name, flags=re.ASCII)
    return {
        "Content-Type": _TYPES[Path(name).suffix[1:]],
        "ETag": f'"{content.tag}"',
        "Last-Modified": formatdate(content.modified, usegmt=True),
        "Accept-Ranges": "bytes",
        # A browser that opens the address makes a page of its own around the file, under this.
        "Content-Security-Policy": (
            "default-src 'none'; media-src 'self'; img-src 'self'; style-src 'unsafe-inline'; "
            "frame-ancestors 'none'"
        ),
        # A later revision of an answer keeps its name: ask again, mostly for a 304.
        "Cache-Control": "private, no-cache",
        "Content-Disposition": (
            f'{"attachment" if attachment else "inline"}; filename="{plain}"; '
            f"filename*=UTF-8''{quote(name, safe='')}"
        ),
    }
