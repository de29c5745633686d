"""Ends workers and the broker in every way, and starts them again."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import cycle
from operator import itemgetter

from devtools.broker.broker import Broker
from devtools.installation import PRODUCT, Installation, Worker

_CALM = (5.0, 11.0)
"""Seconds between two disturbances."""
_LULL = 1.0
"""The same where only the broker is disturbed."""
_WAYS = ("kill -9", "SIGTERM", "kill -9")
_AWAY = (0.0, 0.0, 3.0)
"""Seconds that a worker stays away."""
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
        count: int,
        chance: random.Random,
        program: Sequence[str] = PRODUCT,
    ) -> None:
        self.disturbances: Counter[str] = Counter()
        self.rude: list[str] = []
        """Workers that did not leave as they should, in words."""
        self._site = site
        self._broker = broker
        self._chance = chance
        self._program = program
        self._ways = cycle(_WAYS)
        self.workers: dict[str, Worker] = {}
        for number in range(count):
            self._start(f"worker{number}")

    async def blow(
        self, seconds: float, broker_kills: int, rollings: int = 0, *, workers: bool = True
    ) -> None:
        """Disturb for that long, in turn and evenly; spare the workers if told to.

        What was planned is done, also if it is late.
        """
        began = time.monotonic()
        special = spread(seconds, {self._kill_broker: broker_kills, self._roll: rollings})
        while (now := time.monotonic() - began) < seconds or special:
            self.tend()
            if special and now >= special[0][0]:
                await special.pop(0)[1]()
            elif workers:
                await self._end(self._chance.choice(sorted(self.workers)))
            await asyncio.sleep(self._chance.uniform(*_CALM) if workers else _LULL)

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

    async def _end(self, name: str) -> None:
        worker = self.workers.pop(name)
        way = next(self._ways)
        self.disturbances[way] += 1
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
