"""Says when a happening is answered on all its cameras, once, however many workers had a part in it.

Each answer is noted on disk before its incident is settled. Whoever noted one then looks, alone,
whether the group is whole; so the last one finds it whole, and a crash in between is made good by
the redelivered incident. A repeated record has the same event id.
"""

import asyncio

import structlog

from processors.grouping import whole
from processors.ports import GroupBook
from schemas.clip import ClipCompleted
from streams.publisher import Publisher, TooLargeError
from topics import announcement

_PAUSE = 0.05

log = structlog.get_logger(__name__)


class GroupAnnouncer:
    """Publishes `incident.group.v1`."""

    def __init__(self, publisher: Publisher, book: GroupBook) -> None:
        self._publisher = publisher
        self._book = book

    async def note(self, answer: ClipCompleted) -> None:
        """Note an announced answer; if it is the last of its group, return when that is announced."""
        group = answer.incident.group
        if group is None or await asyncio.to_thread(self._book.is_announced, group.id):
            return
        await asyncio.to_thread(self._book.add, group.id, answer)
        while not await self._look(group.id):  # noqa: ASYNC110 - a lock on disk wakes nobody
            await asyncio.sleep(_PAUSE)

    async def _look(self, group: str) -> bool:
        """False if somebody else is looking."""
        with self._book.claim(group) as alone:
            if not alone:
                return False
            if not await asyncio.to_thread(self._book.is_announced, group):
                await self._announce(group)
        return True

    async def _announce(self, group: str) -> None:
        found = whole(await asyncio.to_thread(self._book.answers, group))
        if found is None:
            return
        try:
            await self._publisher.send(announcement.group(found))
        except TooLargeError as exc:
            log.error("group.not_announced", group=group, error=str(exc))  # noqa: TRY400 - it says it all
            return
        await asyncio.to_thread(self._book.mark_announced, group)
        log.info("group.announced", group=group, cameras=len(found.clips))
