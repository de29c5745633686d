"""ffmpeg as a process: finding it, running it, ending it.

Its exit code 0 proves nothing (see `processors/cutting/verify`); any other one is an error here.
A run never outlives its time or us, and has a process group of its own. `preexec_fn` is not used:
it forks for real, which takes 40 ms from a large parent and is not safe beside threads.
"""

import asyncio
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

import imageio_ffmpeg

from processors.adapters.courtesy import NICENESS
from processors.errors import CutError, CutTimeoutError, OutputFullError

OLDEST = (5, 1)
"""What our command lines were proven on; 9 is the newest."""

_VERSION = re.compile(r"ffmpeg version \D{0,2}(\d+)\.(\d+)")
_DISK_FULL_EXIT = 228
"""Newer ones exit with 256 minus the error number."""
_STDERR_KEPT = 16 * 1024
_NOISE = re.compile(
    r"not on whitelist|Failed to open codec|Could not find codec parameters"
    r"|Consider increasing|Last message repeated|Conversion failed"
)
_DIE_WITH_PARENT = (
    "import ctypes,os,signal,sys;"
    "ctypes.CDLL(None).prctl(1,signal.SIGKILL,0,0,0);"
    f"os.nice({NICENESS});"
    "os.execv(sys.argv[1],sys.argv[1:])"
)


@dataclass(frozen=True, slots=True)
class Ffmpeg:
    """An ffmpeg that is new enough."""

    path: str
    version: str
    launcher: tuple[str, ...] = ()
    """What is put before `path` so that the process dies with us."""


def find_ffmpeg() -> Ffmpeg:
    """The one on PATH if it is new enough, else the one in the `imageio-ffmpeg` wheel.

    Starts both at most once; raises `CutError` with what to do where there is neither.
    """
    tried = []
    for path in (shutil.which("ffmpeg"), _in_wheel()):
        if path is None:
            continue
        version = _version(path)
        if version is not None and version >= OLDEST:
            return Ffmpeg(path, ".".join(map(str, version)), _launcher())
        tried.append(f"{path} is {'too old' if version else 'not usable'}")
    raise CutError(
        "no ffmpeg >= 5.1: install one on PATH or the imageio-ffmpeg package"
        + (f" ({'; '.join(tried)})" if tried else "")
    )


async def run(
    argv: Sequence[str],
    timeout: float,  # noqa: ASYNC109 -- ends the process, not only the waiting
    made: Iterable[PurePath] = (),
) -> str:
    """Runs `argv`, which makes the files `made`, and gives the end of what it said on stderr.

    Raises `CutTimeoutError`, `OutputFullError` or `CutError`. On any way out, also when cancelled,
    the process and its children are gone.
    """
    process = await asyncio.create_subprocess_exec(
        *argv, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE, start_new_session=True
    )
    try:
        async with asyncio.timeout(timeout):
            said = await _last_words(process)
            code = await process.wait()
    except TimeoutError:
        raise CutTimeoutError(f"ffmpeg was stopped after {timeout:g} s") from None
    finally:
        await _end(process)
    if code:
        raise _failure(code, said)
    _expect(made)
    return said


def _expect(made: Iterable[PurePath]) -> None:
    for path in made:
        if not Path(path).is_file():
            raise CutError(f"ffmpeg ended with code 0, but without {path.name}")


def _in_wheel() -> str | None:
    with contextlib.suppress(RuntimeError):
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    return None


def _version(path: str) -> tuple[int, int] | None:
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        out = subprocess.run(
            [path, "-version"], capture_output=True, text=True, timeout=20, check=True
        ).stdout
        found = _VERSION.match(out)
        return (int(found[1]), int(found[2])) if found else None
    return None


def _launcher() -> tuple[str, ...]:
    """The process goes behind us, and the kernel kills it when the thread that started it is gone.

    Sources: nice(2), prctl(2).
    """
    setpriv, nice = shutil.which("setpriv"), shutil.which("nice")
    if setpriv is not None and nice is not None:
        prefix = (setpriv, "--pdeathsig", "KILL", nice, "-n", str(NICENESS))
        probe = subprocess.run(
            [*prefix, sys.executable, "-c", ""], capture_output=True, check=False
        )
        if probe.returncode == 0:
            return prefix
    return (sys.executable, "-I", "-S", "-c", _DIE_WITH_PARENT)


async def _last_words(process: Process) -> str:
    """The end of what it says; the rest is read and dropped, so that it never blocks."""
    assert process.stderr is not None
    kept = b""
    while chunk := await process.stderr.read(_STDERR_KEPT):
        kept = (kept + chunk)[-_STDERR_KEPT:]
    return kept.decode(errors="replace")


async def _end(process: Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await asyncio.shield(process.wait())


def _failure(code: int, said: str) -> Exception:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if not _NOISE.search(line)]
    last = re.sub(r"(subfile,\S*:)?/\S*/", "", telling[-1])[:300] if telling else "no message"
    if code == _DISK_FULL_EXIT or "No space left on device" in said:
        return OutputFullError("the output volume has no room for the clip")
    return CutError(f"ffmpeg ended with code {code}: {last}")
