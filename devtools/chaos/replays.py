"""An operator who replays incidents while all the rest goes on."""

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import cycle

from devtools.installation import Installation

_CALM = (8.0, 20.0)
"""Seconds between two replays."""
_REACH = (5, 40)
"""Seconds before now that a replay begins at most."""
_MODES = ((), ("--republish-only",), ("--force",))


class Operator:
    """Runs the command `replay`."""

    def __init__(self, site: Installation, chance: random.Random) -> None:
        self.replays: Counter[str] = Counter()
        """By mode; `refused` are those that said that they could not, as without a broker."""
        self._site = site
        self._chance = chance

    async def run(self, seconds: float) -> None:
        """For that long, one replay after the other."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        for mode in cycle(_MODES):
            await asyncio.sleep(self._chance.uniform(*_CALM))
            if loop.time() > until:
                return
            now = datetime.now(UTC)
            since = now - timedelta(seconds=self._chance.uniform(*_REACH))
            times = ("--from", since.isoformat(), "--to", now.isoformat())
            argv = ("replay", *times, "--max", "40", "--rate", "20", *mode, "--execute")
            done = await asyncio.to_thread(self._site.command, *argv)
            name = " ".join(mode) or "what has no answer"
            self.replays["refused" if done.returncode else name] += 1
