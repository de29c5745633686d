"""Removes clips that were kept long enough: says `expired` first, acknowledged, then removes the files.

A crash in between says it again at the next look; the other way round, a clip would be called done
whose files are gone. One worker tidies at a time.
"""

import asyncio

import structlog

from processors import status
from processors.adapters.clip_shelf import ClipShelf
from processors.errors import ClipError
from processors.ports import ClipStore, Clock
from processors.retention import Kept, Rule, must_look, outlived
from schemas.clip_settings import Retention
from schemas.instant import NANOS
from schemas.status import Stage
from streams.background import Background
from streams.metrics import Metrics
from streams.publisher import Outbox
from topics import announcement

_FORGET_EVERY = 3600 * NANOS
_STATE_KEPT = 30 * 24 * 3600 * NANOS
"""As long as Kafka keeps the answers."""

log = structlog.get_logger(__name__)


class Tidier:
    """One quiet task beside the scheduler."""

    def __init__(
        self,
        shelf: ClipShelf,
        store: ClipStore,
        outbox: Outbox,
        clock: Clock,
        *,
        rules: Retention,
        metrics: Metrics,
    ) -> None:
        self._shelf = shelf
        self._store = store
        self._outbox = outbox
        self._clock = clock
        self._rules = rules
        self._metrics = metrics
        self._background = Background(self._loop)
        self._forgot = 0

    def start(self) -> None:
        """Begin to look, every `retention.interval`."""
        self._background.start()

    async def stop(self) -> None:
        """Stop at once; what is half removed is found at the next look."""
        await self._background.stop()

    async def tidy(self) -> int:
        """Remove what has been kept long enough; returns how many clips that were."""
        with self._shelf.alone() as alone:
            if not alone:
                return 0
            going = await asyncio.to_thread(leaving, self._shelf, self._rules, self._clock.now())
            for clip, rule in going:
                await self._remove(clip, rule)
            await self._forget()
            return len(going)

    async def _forget(self) -> None:
        now = self._clock.now()
        if now - self._forgot > _FORGET_EVERY:
            self._forgot = now
            gone = await asyncio.to_thread(self._shelf.forget_state, now - _STATE_KEPT)
            if gone:
                log.info("state.forgotten", groups_and_replays=gone)

    async def _remove(self, clip: Kept, rule: Rule) -> None:
        answer = await asyncio.to_thread(self._store.find, clip.stem)
        if answer is not None:
            said = status.answered(answer, self._clock.now(), Stage.EXPIRED)
            await self._outbox.send(announcement.status(said))
        await asyncio.to_thread(self._shelf.remove, clip)
        self._metrics.removed.labels(rule=rule.value).inc()
        log.info("clip.expired", clip_id=clip.clip_id, file=clip.stem, rule=rule, bytes=clip.size)

    async def _loop(self) -> None:
        while True:
            try:
                await self.tidy()
            except (ClipError, OSError) as exc:
                log.warning("retention.failed", error=str(exc))
            except Exception:
                log.exception("retention.fault")
            await asyncio.sleep(self._rules.interval)


def leaving(shelf: ClipShelf, rules: Retention, now: int) -> list[tuple[Kept, Rule]]:
    """What is to be removed, oldest first. Blocking."""
    free = shelf.free()
    if not must_look(rules, free):
        return []
    return list(outlived(shelf.clips(), rules, now=now, free=free))
