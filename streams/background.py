"""What goes on beside the scheduler until it is stopped."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

Work = Callable[[], Coroutine[Any, Any, None]]
"""Goes on until it is cancelled, at any moment."""


class Background:
    """Runs each of `works` as a task of its own."""

    def __init__(self, *works: Work) -> None:
        self._works = works
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin; needs a running loop."""
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(work()) for work in self._works]

    async def stop(self) -> None:
        """Cancel what runs, and wait until it is over; does nothing before `start`."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
