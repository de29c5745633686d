"""The newcomer's first two minutes, as a program sees them."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devtools.broker.metadata import brokers_up

pytestmark = [pytest.mark.embedded, pytest.mark.media]


@contextmanager
def _demo(folder: Path, *args: str) -> Iterator[subprocess.Popen[str]]:
    argv = [sys.executable, "-m", "devtools.demo", "--folder", str(folder), *args]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, start_new_session=True) as demo:
        try:
            yield demo
        finally:
            demo.kill()


def _children(pid: int) -> set[int]:
    """Those that have not ended; in sessions of their own."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent, *_ = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(parent) == pid and state != "Z":
            found.add(int(stat.parent.name))
    return found


def _alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_once_ends_with_a_complete_clip_and_leaves_no_process(tmp_path: Path) -> None:
    with _demo(tmp_path, "--once") as demo:
        said, _ = demo.communicate(timeout=100)
    assert demo.returncode == 0, said
    assert 'outcome: "complete"' in said
    (clip,) = (tmp_path / "output" / "videos").glob("*.mp4")
    assert str(clip) in said
    for path in ("/", "/docs", f"/watch/{clip.stem[-36:]}", f"/videos/{clip.name}"):
        assert re.search(rf"http://127\.0\.0\.1:\d+{re.escape(path)}\s", said), path
    assert len(list((tmp_path / "output" / "annotations").iterdir())) == 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_every_end_takes_all_processes_along(tmp_path: Path, number: signal.Signals) -> None:
    with _demo(tmp_path) as demo:
        assert demo.stdout
        address = next(line.split(" at ")[1].split()[0] for line in demo.stdout if " at " in line)
        next(line for line in demo.stdout if "topics" in line)
        children = _children(demo.pid)
        assert len(children) >= 4
        os.kill(demo.pid, number)
        demo.communicate(timeout=60)
    assert demo.returncode == (-signal.SIGKILL if number == signal.SIGKILL else 0)
    for pid in children:
        # What was killed with us is taken down by others, an instant later.
        subprocess.run(["timeout", "10", "tail", f"--pid={pid}", "-f", "/dev/null"], check=False)
    assert not [pid for pid in children if _alive(pid)]
    assert brokers_up(address) == 0
