"""The sampled full decode: one clip in so many is watched to its end, in the background.

The proof of a clip compares bytes and times and never decodes. This tells whether that is enough:
`broken` in the metric means a clip left us that a player cannot show.
"""

import asyncio
import operator
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Literal

import structlog

from processors.adapters.decoder import decode
from processors.adapters.ffmpeg import Ffmpeg
from processors.cutting.reel import offset
from processors.errors import ClipError, ProofError
from processors.mp4.reader import read_movie_from

log = structlog.get_logger(__name__)

Verdict = Literal["clean", "broken", "failed", "skipped"]
"""`failed`: it could not be told, in time or at all. `skipped`: too many were waiting."""

_WAITING = 4
"""Clips that may wait for their turn."""
_TIME_LIMIT = 300.0


def is_chosen(clip_id: str, every: int) -> bool:
    """Whether the clip is one of the sample of 1 in `every`; always the same; 0 means none."""
    return every > 0 and int(clip_id.replace("-", "")[:12], 16) % every == 0


class DecodeCheck:
    """Decodes chosen clips, one at a time. Of one event loop."""

    def __init__(
        self, tool: Callable[[], Ffmpeg], *, every: int, say: Callable[[Verdict], None]
    ) -> None:
        self._tool = tool
        self._every = every
        self._say = say
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Semaphore(1)

    def consider(self, clip_id: str, video: Path) -> None:
        """Decode the published clip later, if it is chosen. Returns at once and never raises."""
        if not is_chosen(clip_id, self._every):
            return
        if len(self._tasks) > _WAITING:
            self._say("skipped")
            return
        task = asyncio.create_task(self._check(clip_id, video))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self) -> None:
        """Wait for what is not done."""
        await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        """Leave what is not done."""
        for task in tuple(self._tasks):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _check(self, clip_id: str, video: Path) -> None:
        async with self._turn:
            try:
                frames = await asyncio.to_thread(_frames, video)
                await decode(self._tool(), video, frames, _TIME_LIMIT)
            except ProofError as exc:
                log.error("clip.broken", clip_id=clip_id, error=str(exc))  # noqa: TRY400 -- a finding
                self._say("broken")
            except (ClipError, OSError) as exc:
                log.warning("clip.not_decoded", clip_id=clip_id, error=str(exc))
                self._say("failed")
            else:
                self._say("clean")


def _frames(video: Path) -> int:
    """How many frames of the clip are shown."""
    with video.open("rb", buffering=0) as file:
        handle = file.fileno()
        movie = read_movie_from(
            lambda at, length: os.pread(handle, length, at), os.fstat(handle).st_size
        )
    track = movie.track("video")
    if track is None:
        raise ProofError("the clip has no picture")
    times = map(operator.add, track.samples.dts, track.samples.composition)
    return sum(time + offset(track) >= 0 for time in times)
