"""What the workers show of themselves while a flood goes on, looked up every second."""

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

from devtools.installation import Worker
from topics.names import INCIDENT_REPORTED

_SAMPLE = re.compile(r"^(\w+)(?:\{([^}]*)\})? (\S+)$", re.MULTILINE)
_OF_LIVE = f'topic="{INCIDENT_REPORTED}"'
_EVERY = 1.0


@dataclass(frozen=True, slots=True)
class Sample:
    """All workers at one moment."""

    at: float
    memory: float
    """Resident bytes of the largest."""
    held: float
    """Incidents in the hands of the one that has most."""
    lag: float
    """Live incidents that are not settled."""
    parked: float
    """Incidents on the retry and backfill topics that are not settled."""
    rebalances: float
    answered: float


class Watch:
    """Looks until it is stopped; a worker that does not answer is looked at next time."""

    def __init__(self, workers: Sequence[Worker]) -> None:
        self._workers = workers
        self.samples: list[Sample] = []
        self.begun = asyncio.Event()
        """Set once there is a sample."""
        self.silent = 0.0
        """The longest that a worker did not answer, seconds."""

    async def run(self) -> None:
        """Until cancelled."""
        heard = time.monotonic()
        while True:
            try:
                pages = await asyncio.gather(
                    *(asyncio.to_thread(worker.page, "/metrics") for worker in self._workers)
                )
            except OSError:
                pages = []
            now = time.monotonic()
            if pages:
                self.silent, heard = max(self.silent, now - heard), now
                self.samples.append(_sample(now, pages))
                self.begun.set()
            await asyncio.sleep(_EVERY)

    @property
    def last(self) -> Sample:
        """The newest look."""
        return self.samples[-1]


def _sample(now: float, pages: Sequence[str]) -> Sample:
    found = [_sums(page) for page in pages]
    return Sample(
        now,
        memory=max(page.get("process_resident_memory_bytes", 0) for page in found),
        held=max(page.get("clip_queue_depth", 0) for page in found),
        lag=sum(page.get("live", 0) for page in found),
        parked=sum(
            page.get("clip_consumer_lag_records", 0) - page.get("live", 0) for page in found
        ),
        rebalances=sum(page.get("clip_rebalances_total", 0) for page in found),
        answered=sum(page.get("clip_answers_total", 0) for page in found),
    )


def _sums(page: str) -> dict[str, float]:
    """Each metric, summed over its labels; `live` is the lag of the live topic."""
    sums: dict[str, float] = {}
    for name, labels, number in _SAMPLE.findall(page):
        sums[name] = sums.get(name, 0.0) + float(number)
        if name == "clip_consumer_lag_records" and _OF_LIVE in labels:
            sums["live"] = sums.get("live", 0.0) + float(number)
    return sums
