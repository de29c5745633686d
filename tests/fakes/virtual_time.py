"""An event loop that jumps over waits: hours pass in no time, and always in the same order.

Work for threads is done on the spot, so nothing happens in between.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")

_STUCK = 10.0
"""Real seconds after which a scene in which nothing can happen any more is given up."""


class InlineExecutor(ThreadPoolExecutor):
    """Runs what it is given at once, in the thread of the caller."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        done: Future[T] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as exc:  # noqa: BLE001 - the caller gets it, as from a thread
            done.set_exception(exc)
        return done


class _Jump(selectors.DefaultSelector):
    """Does not wait for a timer: says how long it would have waited."""

    def __init__(self) -> None:
        super().__init__()
        self.jumped = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(_STUCK if timeout is None else 0)
        if not found:
            if timeout is None:
                msg = "nothing is left to happen, and the scene is not over"
                raise AssertionError(msg)
            self.jumped += max(timeout, 1e-9)
        return found


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop on virtual time, which begins at 0."""

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)
        self.set_default_executor(InlineExecutor(1))

    def time(self) -> float:
        """Virtual seconds since the beginning."""
        return self._jump.jumped


def run(scene: Coroutine[Any, Any, T]) -> T:
    """The result of `scene` in virtual time. A task that failed unseen fails the test."""
    loop = VirtualLoop()
    unseen: list[Mapping[str, Any]] = []
    loop.set_exception_handler(lambda _, context: unseen.append(context))
    try:
        result = loop.run_until_complete(scene)
        loop.run_until_complete(_end(asyncio.all_tasks(loop)))
        assert not unseen, unseen
        return result
    finally:
        loop.close()


async def _end(tasks: set[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
