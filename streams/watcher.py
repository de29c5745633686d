"""Hands what is seen of new footage on as hints. Without it, or when it fails, looking goes on by time."""

import asyncio
from collections.abc import AsyncIterator, Callable

import structlog

from processors.errors import FootageError
from streams.background import Background

_AGAIN = 60.0
"""Seconds until watching is tried again: the root may be mounted later."""

log = structlog.get_logger(__name__)

Changes = Callable[[], AsyncIterator[frozenset[str]]]
"""Begins to watch; gives cameras, and ends with `FootageError`."""


class Watcher:
    """One quiet task beside the scheduler."""

    def __init__(self, changes: Changes, hint: Callable[[str], None]) -> None:
        self._changes = changes
        self._hint = hint
        self._background = Background(self._loop)

    def start(self) -> None:
        """Begin to watch."""
        self._background.start()

    async def stop(self) -> None:
        """End watching."""
        await self._background.stop()

    async def _loop(self) -> None:
        while True:
            try:
                async for cameras in self._changes():
                    for camera in cameras:
                        self._hint(camera)
            except FootageError as exc:
                log.warning(
                    "footage.watch_failed", error=str(exc), detail="looking goes on by time"
                )
            await asyncio.sleep(_AGAIN)
