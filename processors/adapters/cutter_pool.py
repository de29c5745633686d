"""Processes that do the blocking work of cutting: the interpreter lock of one is no other's.

Each does one thing at a time. One that takes too long is killed, one that dies is replaced at once,
and nothing else is hurt by either. Not `concurrent.futures`, loky or Pebble: with these the death of
one process breaks the pool and all that runs in it (of Pebble 5.2 even that of an idle one).
"""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Literal, TypeVar, TypeVarTuple, Unpack, cast

import structlog

from processors.adapters.cutter_fork import CutterFork
from processors.adapters.cutter_process import LENGTH
from processors.errors import CutError, CutterLostError, CutTimeoutError

log = structlog.get_logger(__name__)

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
Loss = Literal["timeout", "died"]
"""Why a process had to be replaced."""
_AGAIN = 1.0
"""Seconds until a start is tried again that failed."""


def cores() -> int:
    """That this process may use: of the machine, by its affinity and its control group."""
    mine = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with suppress(OSError, ValueError), open("/sys/fs/cgroup/cpu.max") as file:  # noqa: PTH123
        quota, period = file.read().split()
        mine = min(mine, -(-int(quota) // int(period)))
    return max(1, mine)


class CutterPool:
    """Of one event loop; `start` before the first `run`."""

    def __init__(self, processes: int, *, say: Callable[[Loss], None] = lambda _: None) -> None:
        self._wanted = processes
        self._say = say
        self._fork = CutterFork()
        self._processes: set[_Process] = set()
        self._idle: asyncio.Queue[_Process] = asyncio.Queue()
        self._starting: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def alive(self) -> int:
        """Processes that are there."""
        return len(self._processes)

    def start(self) -> None:
        """Begin to start all processes; returns at once."""
        for _ in range(self._wanted):
            self._replace()

    async def close(self) -> None:
        """End all processes, whatever they do."""
        self._closed = True
        await asyncio.to_thread(self._fork.close)
        await asyncio.gather(*self._starting)
        for process in tuple(self._processes):
            process.end()

    async def run(self, work: Callable[[Unpack[Ts]], T], *args: *Ts, seconds: float) -> T:
        """What `work(*args)` gives or raises, done by one of the processes; all of it is pickled.

        Raises `CutTimeoutError` where it takes longer than `seconds`, `CutterLostError` where its
        process dies, `CutError` where none becomes free. Nothing goes on behind it, also when it is
        cancelled: the process is killed.
        """
        process = await self._free(seconds)
        try:
            async with asyncio.timeout(seconds):
                answer = await process.ask(pickle.dumps((work, args)))
        except TimeoutError:
            self._say("timeout")
            raise CutTimeoutError(f"cutting was stopped after {seconds:g} s") from None
        except CutterLostError:
            self._say("died")
            raise
        finally:
            if process.busy:
                process.kill()
            else:
                self._idle.put_nowait(process)
        done, outcome = pickle.loads(answer)  # noqa: S301 -- from a process of ours
        if not done:
            raise cast("Exception", outcome)
        return cast("T", outcome)

    async def _free(self, seconds: float) -> _Process:
        try:
            async with asyncio.timeout(seconds):
                while (process := await self._idle.get()).gone:
                    pass
        except TimeoutError:
            raise CutError(f"no process was free to cut for {seconds:g} s") from None
        return process

    def _replace(self) -> None:
        if not self._closed:
            task = asyncio.get_running_loop().create_task(self._begin())
            self._starting.add(task)
            task.add_done_callback(self._starting.discard)

    async def _begin(self) -> None:
        while not self._closed:
            try:
                line, number = await asyncio.to_thread(self._fork.start)
            except OSError as exc:
                if not self._closed:
                    log.error("cutter.not_started", error=str(exc))  # noqa: TRY400 -- says it all
                    await asyncio.sleep(_AGAIN)
                continue
            await self._employ(_Process(number, self._lost), line)
            return

    async def _employ(self, process: _Process, line: socket.socket) -> None:
        self._processes.add(process)
        await asyncio.get_running_loop().create_unix_connection(lambda: process, sock=line)
        self._idle.put_nowait(process)

    def _lost(self, process: _Process) -> None:
        self._processes.discard(process)
        if not self._closed:
            log.warning("cutter.replaced", process=process.number)
        self._replace()


class _Process(asyncio.Protocol):
    """The line to one process, which is asked one thing at a time."""

    def __init__(self, number: int, lost: Callable[[_Process], None]) -> None:
        self.number = number
        """As the system knows it."""
        self.gone = False
        self._lost = lost
        self._transport: asyncio.Transport | None = None
        self._said = bytearray()
        self._answer: asyncio.Future[bytes] | None = None

    @property
    def busy(self) -> bool:
        """Whether it owes an answer, and is of no use to anybody else."""
        return self._answer is not None

    def ask(self, call: bytes) -> asyncio.Future[bytes]:
        """The answer to come; raises `CutterLostError` where there will be none."""
        answer = self._answer = asyncio.get_running_loop().create_future()
        if self._transport is None or self.gone:
            answer.set_exception(_lost(self.number))
        else:
            self._transport.write(call)
        return answer

    def kill(self) -> None:
        """End it at once; `gone` a moment later."""
        if not self.gone:
            with suppress(ProcessLookupError):
                os.kill(self.number, signal.SIGKILL)

    def end(self) -> None:
        """As `kill`, and hear no more of it."""
        self.kill()
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Of `asyncio.Protocol`."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Of `asyncio.Protocol`."""
        self._said += data
        length = LENGTH + int.from_bytes(self._said[:LENGTH], "big")
        if len(self._said) < max(length, LENGTH) or self._answer is None:
            return
        answer, self._answer = self._answer, None
        if not answer.done():
            answer.set_result(bytes(self._said[LENGTH:]))
        self._said.clear()

    def connection_lost(self, exc: Exception | None) -> None:
        """Of `asyncio.Protocol`."""
        del exc
        self.gone = True
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(_lost(self.number))
        self._lost(self)


def _lost(number: int) -> CutterLostError:
    return CutterLostError(f"the process {number} that was cutting died")
