"""Says on `clip.status.v1` where unfinished clips stand, but no more of it than anybody can read.

What changes again within a moment is not said at all: most clips whose footage is there are answered
sooner. With many jobs each is heard of less often. The answer has the last word, see `end`.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

from processors import status
from processors.look import Waiting
from processors.ports import Clock
from processors.registry import Job, Registry
from schemas.instant import NANOS
from schemas.status import Stage
from streams.delivery import Delivery
from streams.publisher import Publisher
from topics import announcement
from topics.record import Outgoing

_MOMENT = 0.25
"""Seconds that a change waits for the next one, and between two sendings."""
_AT_ONCE = 50
"""So many in one sending: 200 a second."""
_WAITING_EVERY = 2 * NANOS
_JOBS_A_SECOND = 200
"""Of jobs that go on waiting, which are said again and again."""


@dataclass(slots=True)
class _News:
    due: float
    job: Job[Delivery]
    stage: Stage
    at: int
    waiting_for: str | None


class Progress:
    """At most one report of a clip is waiting to be sent: the newest."""

    def __init__(self, publisher: Publisher, clock: Clock, registry: Registry[Delivery]) -> None:
        self._publisher = publisher
        self._clock = clock
        self._registry = registry
        self._news: OrderedDict[str, _News] = OrderedDict()
        self._timer: asyncio.TimerHandle | None = None

    def say(self, job: Job[Delivery], stage: Stage, look: Waiting | None = None) -> None:
        """Report soon that `job` is there, or with `look` for what it still waits."""
        now = self._clock.now()
        every = max(_WAITING_EVERY, len(self._registry) * NANOS // _JOBS_A_SECOND)
        if look is not None and now - job.told_at < every:
            return
        words = None
        if look is not None:
            job.told_at = now
            words = status.words(job.request, look)
        loop = asyncio.get_running_loop()
        clip = job.request.clip_id
        due = self._news[clip].due if clip in self._news else loop.time() + _MOMENT
        self._news[clip] = _News(due, job, stage, now, words)
        if self._timer is None:
            self._timer = loop.call_later(_MOMENT, self._send)

    def end(self, job: Job[Delivery]) -> None:
        """Say nothing more of it: the answer comes next."""
        self._news.pop(job.request.clip_id, None)

    def close(self) -> None:
        """Leave unsaid what was not said yet."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _send(self) -> None:
        loop = asyncio.get_running_loop()
        sent = 0
        while self._news and sent < _AT_ONCE and self._oldest.due <= loop.time():
            clip, news = self._news.popitem(last=False)
            if self._registry.get(clip) is news.job:
                self._publisher.send_soon(_record(news))
                sent += 1
        self._timer = loop.call_later(_MOMENT, self._send) if self._news else None

    @property
    def _oldest(self) -> _News:
        return next(iter(self._news.values()))


def _record(news: _News) -> Outgoing:
    request = news.job.request
    said = status.unfinished(request, news.stage, request.reported_at, news.at, news.waiting_for)
    return announcement.status(said)
