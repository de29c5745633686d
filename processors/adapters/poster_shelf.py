"""Still pictures of published clips, made when first asked for and kept in `posters/{stem}.jpg`.

A poster carries the time stamp of the video that it was made of: one of an earlier revision is made
anew. Retention removes it with its clip.
"""

import asyncio
import os
import stat
from collections.abc import Callable
from pathlib import Path

from processors.adapters.clip_store import DiskClipStore
from processors.adapters.disk_errors import output_errors
from processors.adapters.ffmpeg import Ffmpeg
from processors.adapters.poster import make_poster
from processors.errors import CutError
from schemas.clip import ClipCompleted

_AT_ONCE = 2


class PosterShelf:
    """The posters of an output that several workers may share."""

    def __init__(self, store: DiskClipStore, tool: Callable[[], Ffmpeg]) -> None:
        self._store = store
        self._tool = tool
        self._making = asyncio.Semaphore(_AT_ONCE)

    async def provide(self, stem: str, answer: ClipCompleted) -> None:
        """See to it that `posters/{stem}.jpg` shows the published `answer`.

        Raises `CutError` (there is no video, or no picture of it can be decoded) or `StoreError`.
        """
        target = self._store.posters / f"{stem}.jpg"
        if not answer.videos or answer.actual_start is None:
            raise CutError("the incident was answered without a clip")
        instant, begin = answer.incident.timestamp, answer.actual_start
        shown = answer.videos[0]
        for part in answer.parts:
            if part.actual_start <= instant or part is answer.parts[0]:
                shown, begin = part, part.actual_start
        video = self._store.root / shown.path
        at = (instant - begin).total_seconds()
        async with self._making:
            made_at = _time_of(video)
            if made_at is None:
                raise CutError("the clip's video is gone")
            if _time_of(target) == made_at:
                return
            with output_errors("cannot make the folder of posters"):
                target.parent.mkdir(parents=True, exist_ok=True)
            tool = await asyncio.to_thread(self._tool)
            await make_poster(video, at, target, tool=tool)
            with output_errors("cannot keep a poster"):
                os.utime(target, ns=(made_at, made_at))
                if _time_of(video) is None:  # retention was faster
                    target.unlink(missing_ok=True)


def _time_of(path: Path) -> int | None:
    """When a regular file was changed, in nanoseconds; None where there is none."""
    try:
        about = path.stat(follow_symlinks=False)
    except OSError:
        return None
    return about.st_mtime_ns if stat.S_ISREG(about.st_mode) else None
