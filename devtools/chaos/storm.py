"""Ends and freezes workers, kills the broker, fills the output, takes the footage away."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import cycle
from operator import itemgetter

from devtools.broker.broker import Broker
from devtools.chaos.volumes import Volumes
from devtools.installation import PRODUCT, Installation, Worker

_CALM = (3.0, 7.0)
"""Seconds between two disturbances of workers and broker."""
_LULL = 1.0
"""The same where only the broker is disturbed."""
_FAIR = (10.0, 20.0)
"""Seconds between two disturbances of volumes."""
_WAYS = ("kill -9", "SIGTERM", "kill -9", "freeze", "kill -9")
_AWAY = (0.0, 0.0, 3.0)
"""Seconds that a worker stays away."""
_FROZEN = (0.5, 6.0)
"""Seconds; a worker of ours is thrown out of the group after 2."""
_FULL, _UNMOUNTED = (2.0, 8.0), (2.0, 10.0)
_BROKER_AWAY = 2.0
_LEAVES_WITHIN = 35.0
"""Seconds from SIGTERM: `drain.timeout` and a little."""

Act = Callable[[], Awaitable[None]]


class Storm:
    """Keeps `count` workers going, except when it ends them."""

    def __init__(
        self,
        site: Installation,
        broker: Broker,
        volumes: Volumes,
        chance: random.Random,
        *,
        count: int,
        program: Sequence[str] = PRODUCT,
    ) -> None:
        self.disturbances: Counter[str] = Counter()
        self.rude: list[str] = []
        """Workers that did not leave as they should, in words."""
        self._site = site
        self._broker = broker
        self._volumes = volumes
        self._chance = chance
        self._program = program
        self._ways = cycle(_WAYS)
        self.workers: dict[str, Worker] = {}
        for number in range(count):
            self._start(f"worker{number}")

    async def blow(
        self, seconds: float, broker_kills: int, rollings: int = 0, *, spare: bool = False
    ) -> None:
        """Disturb for that long: programs in turn and evenly, volumes beside them.

        What was planned is done, also if it is late. `spare` disturbs the broker only.
        """
        special = spread(seconds, {self._kill_broker: broker_kills, self._roll: rollings})
        programs = self._blow_at_programs(seconds, special, spare=spare)
        await asyncio.gather(programs, *([] if spare else [self._blow_at_volumes(seconds)]))

    def tend(self) -> None:
        """Start again who left by himself, as a supervisor does."""
        for name, worker in list(self.workers.items()):
            if not worker.running:
                self.disturbances["left by itself"] += 1
                worker.kill()
                self._start(name)

    async def calm(self) -> None:
        """Let all workers leave in order."""
        for name in sorted(self.workers):
            await self._leave(self.workers.pop(name), name)

    def stop(self) -> None:
        """End everything now."""
        for worker in self.workers.values():
            worker.kill()

    async def _blow_at_programs(
        self, seconds: float, special: list[tuple[float, Act]], *, spare: bool
    ) -> None:
        began = time.monotonic()
        while (now := time.monotonic() - began) < seconds or special:
            self.tend()
            if special and now >= special[0][0]:
                await special.pop(0)[1]()
            elif not spare:
                await self._disturb(self._chance.choice(sorted(self.workers)))
            await asyncio.sleep(_LULL if spare else self._chance.uniform(*_CALM))

    async def _blow_at_volumes(self, seconds: float) -> None:
        chance = self._chance
        until = time.monotonic() + seconds
        ways = cycle(("full", "empty", "full", "unmounted"))
        while time.monotonic() + _FAIR[0] < until:
            await asyncio.sleep(chance.uniform(*_FAIR))
            way = next(ways)
            if way != "full":
                self.disturbances[f"footage {way}"] += 1
                away = chance.uniform(*_UNMOUNTED)
                await self._volumes.take_footage_away(away, empty=way == "empty")
            elif self._volumes.can_fill:
                self.disturbances["output full"] += 1
                await self._volumes.fill_output(chance.uniform(*_FULL))

    async def _disturb(self, name: str) -> None:
        way = next(self._ways)
        self.disturbances[way] += 1
        if way == "freeze":
            self.workers[name].freeze()
            await asyncio.sleep(self._chance.uniform(*_FROZEN))
            self.workers[name].thaw()
            return
        worker = self.workers.pop(name)
        if way == "SIGTERM":
            await self._leave(worker, name)
        else:
            worker.kill()
        await asyncio.sleep(self._chance.choice(_AWAY))
        self._start(name)

    async def _leave(self, worker: Worker, name: str) -> None:
        began = time.monotonic()
        worker.terminate()
        code = await asyncio.to_thread(worker.wait, _LEAVES_WITHIN)
        took = time.monotonic() - began
        worker.kill()
        if code != 0:
            self.rude.append(f"{name}: exit {code} after {took:.1f} s")

    async def _kill_broker(self) -> None:
        self.disturbances["broker kill -9"] += 1
        await asyncio.to_thread(self._broker.kill)
        await asyncio.sleep(_BROKER_AWAY)
        await asyncio.to_thread(self._broker.start)

    async def _roll(self) -> None:
        self.disturbances["rolling restart"] += 1
        await asyncio.to_thread(self._broker.restart)

    def _start(self, name: str) -> None:
        self.workers[name] = self._site.worker(name, program=self._program)


def spread(seconds: float, counts: Mapping[Act, int]) -> list[tuple[float, Act]]:
    """When to do what, evenly over `seconds`, in order of time."""
    moments = [
        (seconds * (n + 1) / (count + 1), act)
        for act, count in counts.items()
        for n in range(count)
    ]
    return sorted(moments, key=itemgetter(0))
