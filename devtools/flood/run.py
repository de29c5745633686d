"""One flood: a calm, then all that waits, then all that is due at once, and what came of it."""

import asyncio
import contextlib
import itertools
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from devtools.broker.kafka import KafkaBroker
from devtools.broker.records import progress
from devtools.chaos.pictures import CAMERA
from devtools.flood.feed import Incident, Quiet, pour
from devtools.flood.watch import Sample, Watch
from devtools.installation import Installation
from topics.names import INCIDENT_REPORTED

_FILM = "film"
_QUIET = tuple(f"quiet{i}" for i in range(12))
_HOT = "hot"
_DUE = tuple(f"due{i}" for i in range(50))
_SLEEPY = tuple(f"sleepy{i}" for i in range(100))
_AHEAD = 2400.0
"""Seconds over which comes due what waits, once the flood is over."""
_DUE_IN = 15.0
"""Seconds until the windows end that end all at once."""
_SAY_EVERY = 3.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How much comes, and what is allowed."""

    waiting: int = 1_000_000
    """Incidents whose time has not come."""
    due: int = 10_000
    """Incidents of fifty cameras whose windows end in the same instant."""
    hot: int = 100_000
    """Incidents of one camera, all of them due."""
    calm: float = 5
    """Seconds before anything comes."""
    seconds: float = 120
    """How long to watch after everything is due."""
    take_in: float = 900
    """Seconds within which all that waits must be taken in."""
    workers: int = 2
    rate: float = 3
    """Incidents a second of cameras that have nothing to do with it."""
    patience: float = 10
    """Seconds that one of those may wait for its answer, once the flood has been taken in."""
    memory: float = 400e6
    """Bytes of a worker."""
    held: int = 15_000
    """Incidents in a worker's hands: `limits.max_waiting`, and what was fetched already."""
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def longest(self) -> float:
        """Seconds that a flood lasts at most on a slow machine: what waits must not come due meanwhile."""
        return self.calm + 2 * self.take_in + self.seconds + 300


@dataclass(slots=True)
class Outcome:
    """What came of it; an empty list of faults is good."""

    lines: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def check(self, what: str, found: float, most: float, unit: str) -> None:
        """Note a figure and, if it is too large, a fault."""
        line = f"{what}: {found:.4g} {unit} (allowed: {most:.4g})"
        self.lines.append(line)
        if found > most:
            self.faults.append(line)


async def play(plan: Plan, folder: Path, tell: Callable[[str], None]) -> Outcome:
    """Carries out `plan` below `folder`, telling how it goes."""
    with contextlib.ExitStack() as stack:
        broker = stack.enter_context(KafkaBroker(folder / "kafka"))
        site = Installation(folder, broker.address, {**_SETTINGS, **plan.settings})
        stack.enter_context(site.camera(_FILM, *CAMERA[:-1], "%path/%Y%m%d_%H%M%S-%f"))
        for name in (*_QUIET, _HOT, *_DUE):
            (site.footage / name).symlink_to(_FILM)
        created = site.command("topics", "create")
        if created.returncode:
            raise RuntimeError(created.stdout + created.stderr)
        workers = [stack.enter_context(site.worker(f"worker{i}")) for i in range(plan.workers)]
        for worker in workers:
            worker.until_ready()
        quiet = Quiet(site.address, _PARTITIONS, _QUIET, seed=8)
        flood = _Flood(plan, site, Watch(workers), quiet, tell)
        async with flood.watched(), quiet.reporting(plan.rate):
            return await flood.play()


_PARTITIONS = 12
_SETTINGS = {
    "CLIPS_KAFKA__PARTITIONS": str(_PARTITIONS),
    "CLIPS_FOOTAGE__PATTERN": "%path/%Y%m%d_%H%M%S-%f",
    "CLIPS_WINDOWS__MAX_AHEAD": "24h",
    "CLIPS_KAFKA__SESSION_TIMEOUT": "6s",
    "CLIPS_KAFKA__HEARTBEAT_INTERVAL": "1500ms",
}


class _Flood:
    def __init__(
        self,
        plan: Plan,
        site: Installation,
        watch: Watch,
        quiet: Quiet,
        tell: Callable[[str], None],
    ) -> None:
        self._plan = plan
        self._site = site
        self._watch = watch
        self._quiet = quiet
        self._tell = tell
        self._chance = random.Random(8)
        self._outcome = Outcome()

    @contextlib.asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Figures are looked up and told meanwhile."""
        tasks = [asyncio.ensure_future(self._watch.run()), asyncio.ensure_future(self._say())]
        try:
            await self._watch.begun.wait()
            yield
        finally:
            for task in tasks:
                task.cancel()

    async def play(self) -> Outcome:
        """All stages."""
        plan, rebalances = self._plan, self._watch.last.rebalances
        await self._stage("before", asyncio.sleep(plan.calm))
        await self._stage(f"{plan.waiting} come that wait", self._let_in(self._waiting()))
        await self._stage(f"{plan.due} and {plan.hot} come", self._let_in(self._urgent()))
        begin, end = self._watch.last, time.monotonic()
        await self._stage("all is due", asyncio.sleep(plan.seconds))
        longest = max(self._quiet.asked.waits(end, time.monotonic() - plan.patience), default=0.0)
        self._judge(longest, self._watch.last.rebalances - rebalances)
        self._tell_speed(begin, self._watch.last)
        return self._outcome

    async def _stage(self, name: str, work: Awaitable[None]) -> None:
        begin = time.monotonic()
        await work
        end = time.monotonic()
        waits = sorted(self._quiet.asked.waits(begin, end)) or [0.0]
        self._outcome.lines.append(
            f"{name}, {end - begin:.0f} s: others wait {waits[len(waits) // 2]:.2f} s, "
            f"at most {waits[-1]:.2f} s ({len(waits)} incidents)"
        )

    async def _let_in(self, incidents: Iterable[Incident]) -> None:
        """Send all, and return when no more is in the topic than workers may hold, or a quarter of it."""
        count = await pour(
            self._site.address, _PARTITIONS, incidents, lambda n: self._tell(f"{n} sent")
        )
        began, most = time.monotonic(), min(self._plan.held * self._plan.workers, count // 4)
        while (left := await self._lag()) > most:
            if time.monotonic() - began > self._plan.take_in:
                self._outcome.faults.append(f"{left} of {count} were not taken in")
                return
            await asyncio.sleep(1)

    async def _lag(self) -> int:
        found = await progress(self._site.address, self._site.group, INCIDENT_REPORTED)
        return sum(at.lag for at in found.values())

    def _waiting(self) -> Iterator[Incident]:
        now = datetime.now(UTC)
        for number, camera in zip(
            range(self._plan.waiting), itertools.cycle(_SLEEPY), strict=False
        ):
            ahead = self._plan.longest + self._chance.uniform(0, _AHEAD)
            yield f"waits-{number}", camera, now + timedelta(seconds=ahead)

    def _urgent(self) -> Iterator[Incident]:
        """Those that are due in one instant, then all of one camera."""
        now = datetime.now(UTC)
        for number, camera in zip(range(self._plan.due), itertools.cycle(_DUE), strict=False):
            yield f"due-{number}", camera, now + timedelta(seconds=_DUE_IN)
        for number in range(self._plan.hot):
            yield f"hot-{number}", _HOT, now - timedelta(seconds=self._chance.uniform(10, 40))

    def _judge(self, longest: float, rebalances: float) -> None:
        plan, samples, check = self._plan, self._watch.samples, self._outcome.check
        check("memory of a worker", max(s.memory for s in samples) / 1e6, plan.memory / 1e6, "MB")
        check("held by a worker", max(s.held for s in samples), plan.held, "incidents")
        check("rebalances", rebalances, 0, "")
        check("longest wait of others, all being due", longest, plan.patience, "s")
        check("longest silence of a worker", self._watch.silent, plan.patience, "s")

    def _tell_speed(self, begin: Sample, end: Sample) -> None:
        took = end.at - begin.at
        answered = end.answered - begin.answered
        left = (begin.lag + begin.parked) - (end.lag + end.parked)
        self._outcome.lines.append(
            f"{answered / took:.0f} answers a second; the lag falls by {left / took:.0f} a second"
        )
        if answered <= 0:
            self._outcome.faults.append("nothing was answered in the end")

    async def _say(self) -> None:
        while True:
            await asyncio.sleep(_SAY_EVERY)
            last = self._watch.last
            self._tell(
                f"lag {last.lag:.0f}, parked {last.parked:.0f}, held {last.held:.0f}, "
                f"{last.memory / 1e6:.0f} MB, {last.answered:.0f} answered"
            )
