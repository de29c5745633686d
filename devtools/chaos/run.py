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
from devtools.chaos.pictures import CAMERA, PATTERN
from devtools.chaos.replays import Operator
from devtools.chaos.storm import Storm
from devtools.chaos.verdict import Verdict, examine
from devtools.chaos.volumes import Volumes
from devtools.installation import PRODUCT, Installation

CAMERAS = ("camera1", "site/gate-3")
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
    spare_workers: bool = False
    """Whether only the broker is disturbed."""
    settle: float = 120
    """Seconds after the storm until everything must be settled."""
    seed: int = 0
    program: Sequence[str] = PRODUCT
    partitions: int = 12


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    verdict: Verdict
    disturbances: dict[str, int]
    replays: dict[str, int]
    rude: list[str]

    @property
    def good(self) -> bool:
        """Whether nothing was lost and everybody left in order."""
        return self.verdict.good and not self.rude

    def __str__(self) -> str:
        rude = [f"left badly: {words}" for words in self.rude]
        beside = [f"disturbances: {self.disturbances}", f"replays: {self.replays}"]
        return "\n".join([str(self.verdict), *beside, *rude])


async def play(plan: Plan, folder: Path, tell: Callable[[str], None]) -> Outcome:
    """Carries out `plan` below `folder`, telling how it goes."""
    chance = random.Random(plan.seed)
    volumes = Volumes(folder)
    with contextlib.ExitStack() as stack:
        stack.enter_context(volumes.ready())
        broker = stack.enter_context(_broker(folder / "kafka", plan.brokers))
        site = _site(plan, folder, volumes, broker.address)
        for name in CAMERAS:
            stack.enter_context(site.camera(name, *CAMERA))
        created = site.command("topics", "create")
        if created.returncode:
            raise RuntimeError(created.stdout + created.stderr)
        if not volumes.can_fill:
            tell("no volume can be mounted here (as root it can): the output is never full")
        storm = Storm(site, broker, volumes, chance, count=plan.workers, program=plan.program)
        stack.callback(storm.stop)
        load = Load(site.address, CAMERAS, plan.partitions, chance)
        operator = Operator(site, chance)
        async with _telling(load, storm, tell):
            await asyncio.gather(
                load.run(round(plan.seconds * plan.rate), plan.rate),
                storm.blow(
                    plan.seconds, plan.broker_kills, plan.rollings, spare=plan.spare_workers
                ),
                operator.run(plan.seconds),
            )
        await _settle(site, storm, plan.settle, tell)
        await storm.calm()
        tell("playing every clip")
        verdict = await examine(site)
        outcome = Outcome(verdict, dict(storm.disturbances), dict(operator.replays), storm.rude)
        volumes.keep = not outcome.good
        return outcome


@contextlib.contextmanager
def _broker(folder: Path, count: int) -> Iterator[Broker]:
    if count > 1:
        with KafkaCluster(folder, count) as cluster:
            yield cluster
    else:
        with KafkaBroker(folder) as broker:
            yield broker


def _site(plan: Plan, folder: Path, volumes: Volumes, address: str) -> Installation:
    return Installation(
        folder,
        address,
        {
            "CLIPS_KAFKA__PARTITIONS": str(plan.partitions),
            "CLIPS_FOOTAGE__ROOT": str(volumes.seen),
            "CLIPS_FOOTAGE__PATTERN": PATTERN,
            # A full disk must be met where it happens, not foreseen.
            "CLIPS_RETENTION__MIN_FREE": "0",
        },
    )


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
        await asyncio.sleep(2)


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
