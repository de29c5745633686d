"""Clocks that tests set."""

import asyncio

from schemas.instant import NANOS

NOON = 1_795_521_600 * NANOS
"""Where tests begin: 2026-11-24, 12:00 UTC."""


class LoopClock:
    """`Clock` that runs with the loop it was made in, from `NOON`; on a virtual loop it jumps along."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()

    def now(self) -> int:
        """Nanoseconds since the epoch."""
        return NOON + round((self._loop.time() - self._began) * NANOS)


class SetClock:
    """`Clock` that stands still until it is set."""

    def __init__(self, at: int = NOON) -> None:
        self.at = at

    def now(self) -> int:
        """Nanoseconds since the epoch."""
        return self.at
