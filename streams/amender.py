"""Looks again for footage that was missing from answers given at their deadline.

The list is on disk and shared: any worker may deal with any clip, and one that dies leaves its clips
to the others. A clip is forgotten when it is whole or its time is over.
"""

import asyncio

import structlog

from processors import amendment
from processors.clip_job import ClipJob
from processors.errors import ClipError
from processors.ports import AmendList, ClipStore, Clock
from schemas.clip import ClipCompleted
from streams.announcer import Announcer
from streams.background import Background
from topics.cloudevents import Envelope

_EVERY = 3.0

log = structlog.get_logger(__name__)


class Amender:
    """One quiet task beside the scheduler."""

    def __init__(
        self,
        job: ClipJob,
        announcer: Announcer,
        store: ClipStore,
        amend_list: AmendList,
        clock: Clock,
        *,
        amend_for: float,
    ) -> None:
        self._job = job
        self._announcer = announcer
        self._store = store
        self._list = amend_list
        self._clock = clock
        self._amend_for = amend_for
        self._background = Background(self._loop)

    def start(self) -> None:
        """Begin to look."""
        self._background.start()

    async def close(self) -> None:
        """Stop at once; what is unfinished stays on the list."""
        await self._background.stop()

    async def look(self) -> None:
        """Deal with every clip on the list that nobody else is dealing with."""
        for stem in await asyncio.to_thread(self._list.stems):
            try:
                await self._deal_with(stem)
            except Exception as exc:  # noqa: BLE001 - one clip must not keep others waiting
                log.warning("amend.failed", clip=stem, error=str(exc) or repr(exc))

    async def _deal_with(self, stem: str) -> None:
        with self._list.claim(stem) as envelope:
            if envelope is None:
                return
            answer = await asyncio.to_thread(self._store.manifest, stem)
            if answer is None:
                self._list.remove(stem)
                return
            # A crash may have left the video of one revision beside the manifest of another.
            torn = await asyncio.to_thread(self._store.find, stem) is None
            over = amendment.is_over(answer, self._clock.now(), self._amend_for)
            better = await self._job.amend(answer, envelope, over=over, torn=torn) or answer
            # Also if an earlier revision was published and its announcement lost.
            if better.revision > 1:
                await self._announce(better, envelope)
            if over or not amendment.is_amendable(better):
                self._list.remove(stem)

    async def _announce(self, answer: ClipCompleted, envelope: Envelope) -> None:
        if await self._announcer.announce(answer, envelope):
            log.info(
                "clip.amended",
                clip_id=answer.clip_id,
                camera=answer.camera_id,
                revision=answer.revision,
                outcome=answer.outcome.value,
            )

    async def _loop(self) -> None:
        while True:
            try:
                await self.look()
            except (ClipError, OSError) as exc:
                log.warning("amend.failed", error=str(exc))
            await asyncio.sleep(_EVERY)
