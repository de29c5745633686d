"""One run: load and storm at the same time, then quiet until all is settled, then the verdict."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from devtools.broker.broker import Broker
from devtools.broker.kafka import KafkaBroker, KafkaCluster
from devtools.chaos.load import Load
from devtools.chaos.storm import Storm
from devtools.chaos.verdict import Verdict, examine
from devtools.installation import PARTITIONS, PRODUCT, Installation

CAMERAS = ("camera1", "site/gate-3")
_PICTURES = ("--size", "160x90", "--fps", "10", "--gop", "10")
"""Small, so that the machine has time for what is being proven."""
_LOOK_EVERY = 3.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do."""

    seconds: float = 120
    rate: float = 6
    workers: int = 3
    broker_kills: int = 1
    brokers: int = 1
    """Nodes of the cluster; each record is on three of them."""
    rollings: int = 0
    """How often all brokers are restarted, one after the other."""
    worker_kills: bool = True
    settle: float = 120
    """Seconds after the storm until everything must be settled."""
    seed: int = 0
    program: Sequence[str] = PRODUCT


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    verdict: Verdict
    disturbances: dict[str, int]
    rude: list[str]

    @property
    def good(self) -> bool:
        """Whether nothing was lost and everybody left in order."""
        return self.verdict.good and not self.rude

    def __str__(self) -> str:
        rude = [f"left badly: {words}" for words in self.rude]
        return "\n".join([str(self.verdict), f"disturbances: {self.disturbances}", *rude])


async def play(plan: Plan, folder: Path, tell: Callable[[str], None]) -> Outcome:
    """Carries out `plan` below `folder`, telling how it goes."""
    chance = random.Random(plan.seed)
    with contextlib.ExitStack() as stack:
        broker = stack.enter_context(_broker(folder / "kafka", plan.brokers))
        site = Installation(folder, broker.address)
        for name in CAMERAS:
            stack.enter_context(site.camera(name, *_PICTURES))
        created = site.command("topics", "create")
        if created.returncode:
            raise RuntimeError(created.stdout + created.stderr)
        storm = Storm(site, broker, plan.workers, chance, plan.program)
        stack.callback(storm.stop)
        load = Load(site.address, CAMERAS, PARTITIONS, chance)
        async with _telling(load, storm, tell):
            await asyncio.gather(
                load.run(round(plan.seconds * plan.rate), plan.rate),
                storm.blow(
                    plan.seconds, plan.broker_kills, plan.rollings, workers=plan.worker_kills
                ),
            )
        await _settle(site, storm, plan.settle, tell)
        await storm.calm()
        return Outcome(await examine(site), dict(storm.disturbances), storm.rude)


@contextlib.contextmanager
def _broker(folder: Path, count: int) -> Iterator[Broker]:
    if count > 1:
        with KafkaCluster(folder, count) as cluster:
            yield cluster
    else:
        with KafkaBroker(folder) as broker:
            yield broker


async def _settle(
    site: Installation, storm: Storm, seconds: float, tell: Callable[[str], None]
) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        storm.tend()
        verdict = await examine(site, files=False)
        tell(f"settling: {len(verdict.lost)} unanswered, lag {verdict.lag}")
        if verdict.settled:
            return
        await asyncio.sleep(1)


@contextlib.asynccontextmanager
async def _telling(load: Load, storm: Storm, tell: Callable[[str], None]) -> AsyncIterator[None]:
    async def tell_on() -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            tell(f"{load.sent} incidents sent, disturbances: {dict(storm.disturbances)}")

    telling = asyncio.ensure_future(tell_on())
    try:
        yield
    finally:
        telling.cancel()
