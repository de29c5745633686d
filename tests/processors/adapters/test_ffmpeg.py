import asyncio
import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

from processors.adapters import ffmpeg
from processors.errors import CutError, CutTimeoutError, OutputFullError

PYTHON = sys.executable


def script(folder: Path, name: str, body: str) -> str:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


def gone(pid: int) -> bool:
    """Waits for the end of a process that need not be our child."""
    try:
        watch = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watch], [], [], 10)[0])
    finally:
        os.close(watch)


@pytest.mark.parametrize("version", ["5.1.9-0+deb12u1", "n7.1", "9.0.2-static https://x", "6.0"])
def test_the_one_on_path_is_taken_if_it_is_new_enough(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = script(tmp_path, "ffmpeg", f"echo 'ffmpeg version {version} Copyright'")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    assert ffmpeg.find_ffmpeg().path == path


@pytest.mark.parametrize("body", ["echo 'ffmpeg version 4.4.2 Copyright'", "exit 1", "echo hello"])
def test_else_the_one_in_the_wheel(
    body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(tmp_path, "ffmpeg", body)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    found = ffmpeg.find_ffmpeg()

    assert "imageio_ffmpeg" in found.path
    assert int(found.version.split(".")[0]) >= 5


def test_where_there_is_none_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "none"))

    with pytest.raises(CutError, match="install one on PATH or the imageio-ffmpeg package"):
        ffmpeg.find_ffmpeg()


def test_an_exit_code_is_an_error_with_the_last_telling_line() -> None:
    code = (
        "import sys; print('[mov] /secret/place/a.mp4: Invalid data found\\n"
        "[h264] Codec (h264) not on whitelist', file=sys.stderr); sys.exit(183)"
    )

    with pytest.raises(CutError, match=r"code 183: \[mov\] a\.mp4: Invalid data") as caught:
        asyncio.run(ffmpeg.run([PYTHON, "-c", code], timeout=30))

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "code",
    ["sys.exit(228)", "print('x.mp4: No space left on device', file=sys.stderr); sys.exit(1)"],
)
def test_a_full_volume_is_told_apart(code: str) -> None:
    with pytest.raises(OutputFullError):
        asyncio.run(ffmpeg.run([PYTHON, "-c", f"import sys; {code}"], timeout=30))


def test_much_to_say_neither_blocks_nor_fills_memory() -> None:
    code = "import sys; sys.stderr.write('x' * 5_000_000 + '\\nthe end\\n'); sys.exit(3)"

    with pytest.raises(CutError, match="code 3: the end"):
        asyncio.run(ffmpeg.run([PYTHON, "-c", code], timeout=30))


def test_a_run_that_takes_too_long_is_killed_with_its_children(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    path = script(tmp_path, "slow", f"sleep 60 & echo $$ $! > {pids}; wait")

    with pytest.raises(CutTimeoutError, match=r"stopped after 0\.5 s"):
        asyncio.run(ffmpeg.run([path], timeout=0.5))

    assert all(gone(int(pid)) for pid in pids.read_text().split())


def test_a_run_that_is_cancelled_is_killed(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    os.mkfifo(pids)
    path = script(tmp_path, "slow", f"echo $$ > {pids}; exec sleep 60")

    async def run() -> int:
        task = asyncio.create_task(ffmpeg.run([path], timeout=60))
        pid = int(await asyncio.to_thread(pids.read_text))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return pid

    assert gone(asyncio.run(run()))


@pytest.mark.parametrize("setpriv", [True, False])
def test_it_goes_behind_us_and_dies_with_us(
    setpriv: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not setpriv:
        monkeypatch.setenv("PATH", str(tmp_path))
    launcher = ffmpeg._launcher()
    assert ("setpriv" in launcher[0]) == setpriv
    pids = tmp_path / "pids"
    os.mkfifo(pids)
    path = script(tmp_path, "slow", f"echo $$ > {pids}; exec /bin/sleep 60")
    code = (
        "import asyncio, sys; sys.path.insert(0, '.'); from processors.adapters import ffmpeg; "
        f"asyncio.run(ffmpeg.run({[*launcher, path]!r}, 60))"
    )
    parent = subprocess.Popen([sys.executable, "-c", code])
    pid = int(pids.read_text())
    assert os.getpriority(os.PRIO_PROCESS, pid) > os.getpriority(os.PRIO_PROCESS, 0)

    parent.kill()
    parent.wait()

    assert gone(pid)


def test_code_0_without_a_file_is_a_failure(tmp_path: Path) -> None:
    lazy = script(tmp_path, "lazy", "exit 0")

    with pytest.raises(CutError, match=r"code 0, but without clip\.mp4"):
        asyncio.run(ffmpeg.run([lazy], 10, [tmp_path / "clip.mp4"]))
