"""The pool: what goes wrong in one process hurts nothing else, and none is left behind."""

import asyncio
import os
import select
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from processors.adapters.cutter_pool import CutterPool, Loss
from processors.adapters.cutter_process import MEMORY
from processors.cutting.plan import CutResult
from processors.errors import CutError, CutterLostError, CutTimeoutError, InputError
from tests.mishaps import refuse, sleep_long, stumble, take_memory

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="processes are looked at in Linux' way"
)
LONG = 30.0
"""Seconds that nothing here takes."""


def use(test: Callable[[CutterPool], Awaitable[None]], processes: int = 1) -> list[Loss]:
    """Runs `test` with a pool; gives why processes of it were replaced."""
    losses: list[Loss] = []

    async def run() -> None:
        pool = CutterPool(processes, say=losses.append)
        pool.start()
        try:
            await test(pool)
        finally:
            await pool.close()

    asyncio.run(run())
    return losses


async def begun(pool: CutterPool) -> asyncio.Task[CutResult]:
    """Something that does not end is being done."""
    busy = asyncio.create_task(pool.run(sleep_long, seconds=LONG))
    await asyncio.sleep(0)
    return busy


async def none_left(pool: CutterPool) -> None:
    while pool.alive:  # noqa: ASYNC110 -- there is no event for what the system does
        await asyncio.sleep(0)


def wait_for_end(*processes: int) -> None:
    for process in processes:
        try:
            handle = os.pidfd_open(process)
        except ProcessLookupError:
            continue
        ended, _, _ = select.select([handle], [], [], LONG)
        os.close(handle)
        assert ended, f"{process} goes on"


def test_work_is_done_elsewhere_and_its_errors_come_back() -> None:
    async def test(pool: CutterPool) -> None:
        assert await pool.run(os.getpid, seconds=LONG) != os.getpid()
        with pytest.raises(InputError, match=r"cam/1\.mp4 is gone") as refused:
            await pool.run(refuse, seconds=LONG)
        assert refused.value.path == "cam/1.mp4"
        with pytest.raises(ZeroDivisionError) as stumbled:
            await pool.run(stumble, seconds=LONG)
        assert "in stumble" in stumbled.value.__notes__[0]

    assert use(test) == []


def test_its_work_goes_behind_what_the_program_does_itself() -> None:
    """On a busy machine incidents are taken in, and the recorder writes, before anything is cut."""

    async def test(pool: CutterPool) -> None:
        behind = await pool.run(os.getpriority, os.PRIO_PROCESS, 0, seconds=LONG)
        assert behind > os.getpriority(os.PRIO_PROCESS, 0)

    use(test)


def test_a_process_that_dies_is_replaced_and_no_other_notices() -> None:
    async def test(pool: CutterPool) -> None:
        other = await begun(pool)
        with pytest.raises(CutterLostError):
            await pool.run(os._exit, 3, seconds=LONG)
        await pool.run(os.getpid, seconds=LONG)
        assert not other.done()
        other.cancel()

    assert use(test, processes=2) == ["died"]


def test_an_idle_process_that_is_killed_is_replaced() -> None:
    async def test(pool: CutterPool) -> None:
        first = await pool.run(os.getpid, seconds=LONG)
        os.kill(first, signal.SIGKILL)
        await none_left(pool)
        assert await pool.run(os.getpid, seconds=LONG) != first

    assert use(test) == []


def test_what_takes_too_long_is_killed() -> None:
    async def test(pool: CutterPool) -> None:
        first = await pool.run(os.getpid, seconds=LONG)
        with pytest.raises(CutTimeoutError, match=r"after 0\.01 s"):
            await pool.run(sleep_long, seconds=0.01)
        wait_for_end(first)
        assert await pool.run(os.getpid, seconds=LONG) != first

    assert use(test) == ["timeout"]


def test_what_nobody_waits_for_is_killed() -> None:
    async def test(pool: CutterPool) -> None:
        first = await pool.run(os.getpid, seconds=LONG)
        given_up = await begun(pool)
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up
        wait_for_end(first)
        assert await pool.run(os.getpid, seconds=LONG) != first

    assert use(test) == []


def test_who_finds_no_free_process_is_told_so() -> None:
    async def test(pool: CutterPool) -> None:
        await pool.run(os.getpid, seconds=LONG)
        busy = await begun(pool)
        with pytest.raises(CutError, match="no process was free"):
            await pool.run(os.getpid, seconds=0.01)
        busy.cancel()

    use(test)


def test_more_memory_than_any_clip_needs_is_refused_and_hurts_nobody() -> None:
    async def test(pool: CutterPool) -> None:
        process = await pool.run(os.getpid, seconds=LONG)
        with pytest.raises(CutError, match="1024 MiB"):
            await pool.run(take_memory, MEMORY, seconds=LONG)
        assert await pool.run(take_memory, MEMORY // 8, seconds=LONG) == MEMORY // 8
        assert await pool.run(os.getpid, seconds=LONG) == process

    assert use(test) == []


def test_signals_for_the_program_do_not_end_a_cut() -> None:
    async def test(pool: CutterPool) -> None:
        process = await pool.run(os.getpid, seconds=LONG)
        parent = await pool.run(os.getppid, seconds=LONG)
        for number in (signal.SIGTERM, signal.SIGINT):
            os.kill(process, number)
            os.kill(parent, number)
        assert await pool.run(os.getpid, seconds=LONG) == process

    assert use(test) == []


def test_where_the_parent_of_all_dies_everything_is_started_again() -> None:
    async def test(pool: CutterPool) -> None:
        parent = await pool.run(os.getppid, seconds=LONG)
        os.kill(parent, signal.SIGKILL)
        await none_left(pool)
        assert await pool.run(os.getppid, seconds=LONG) != parent

    assert use(test) == []


def test_closing_ends_what_is_idle_and_what_is_busy() -> None:
    async def test(pool: CutterPool) -> None:
        parent = await pool.run(os.getppid, seconds=LONG)
        process = await pool.run(os.getpid, seconds=LONG)
        busy = await begun(pool)
        await pool.close()
        with pytest.raises(CutterLostError):
            await busy
        wait_for_end(parent, process)

    use(test, processes=2)


_PROGRAM = """
import asyncio, os, sys
from processors.adapters.cutter_pool import CutterPool
from tests.mishaps import sleep_long

async def main():
    pool = CutterPool(2)
    pool.start()
    parent = await pool.run(os.getppid, seconds=30)
    busy = asyncio.create_task(pool.run(sleep_long, seconds=600))
    await asyncio.sleep(0)
    idle = await pool.run(os.getpid, seconds=30)
    print(parent, idle, *(p.number for p in pool._processes), flush=True)
    await busy

asyncio.run(main())
"""


def test_nothing_is_left_behind_by_a_program_that_is_killed() -> None:
    """The busy process, too: it would go on writing to a folder that somebody else sweeps."""
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", _PROGRAM], stdout=subprocess.PIPE, text=True, cwd=root
    ) as program:
        assert program.stdout is not None
        processes = [int(word) for word in program.stdout.readline().split()]
        assert len(set(processes)) == 3
        program.kill()
        wait_for_end(*processes)
