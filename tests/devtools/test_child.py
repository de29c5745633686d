import signal
import subprocess
import sys
from pathlib import Path

from devtools.child import Child


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_stop_asks_first(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with Child(
        ["sh", "-c", "trap 'echo bye; exit 5' TERM; echo up; while :; do sleep .05; done"], log=log
    ) as child:
        while "up" not in child.tail():
            assert child.wait(0.01) is None
        assert child.stop() == 5
    assert child.tail().endswith("bye")


def test_stop_kills_what_does_not_listen_and_all_that_it_started(tmp_path: Path) -> None:
    script = "trap '' TERM; sleep 1000 & echo $!; wait; while :; do sleep 1000; done"
    child = Child(["sh", "-c", script], log=tmp_path / "log")
    while not child.tail():
        assert child.wait(0.01) is None
    grandchild = int(child.tail())
    assert child.stop(0.2) == -signal.SIGKILL
    assert not child.running
    assert not Path(f"/proc/{grandchild}").exists() or _state(grandchild) == "Z"


def test_a_child_does_not_outlive_a_parent_that_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib, time; from devtools.child import Child\n"
        "child = Child(['sleep', '1000'], log=pathlib.Path(sys.argv[1]))\n"
        "print(child.pid, flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "log")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        parent.kill()
    watch = subprocess.run(
        ["timeout", "10", "tail", f"--pid={pid}", "-f", "/dev/null"], check=False
    )
    assert watch.returncode == 0
