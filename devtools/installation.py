"""The product as an operator runs it: processes, settings in the environment, folders, a broker."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from devtools.child import Child
from devtools.port import free_port

ROOT = Path(__file__).parents[1]
"""The checkout."""
PRODUCT = ("faust_app.py", "worker")
PARTITIONS = 4
FOR_TANSU = {
    "CLIPS_KAFKA__IDEMPOTENT_PRODUCER": "false",
    "CLIPS_KAFKA__FETCH_WAIT": "10ms",
}
"""What the embedded broker needs."""

_QUICK = {"CLIPS_KAFKA__SESSION_TIMEOUT": "2s", "CLIPS_KAFKA__HEARTBEAT_INTERVAL": "500ms"}
"""A killed worker is noticed sooner; brokers of ours allow it."""


class Worker(Child):
    """A running worker; its web server listens on `port`."""

    def __init__(
        self, program: Sequence[str], port: int, log: Path, env: Mapping[str, str]
    ) -> None:
        self.port = port
        super().__init__([sys.executable, *program], log=log, env=env, cwd=ROOT)

    def until_ready(self, seconds: float = 60) -> Self:
        """Returns when it does its work; raises `TimeoutError` with its last words if it does not."""
        for _ in range(int(seconds * 10)):
            if self.ready:
                return self
            if self.wait(0.1) is not None:
                break
        raise TimeoutError(f"the worker is not ready; it said:\n{self.tail()}")

    @property
    def ready(self) -> bool:
        """Whether it has partitions and does its work."""
        try:
            self.page("/health")
        except OSError:
            return False
        return True

    def page(self, path: str) -> str:
        """What it serves there; raises `OSError` if nobody answers, or not with 200."""
        address = f"http://127.0.0.1:{self.port}{path}"
        with urllib.request.urlopen(address, timeout=5) as answer:
            text: str = answer.read().decode()
            return text

    def lines(self) -> list[dict[str, Any]]:
        """What it has logged, as far as it is JSON."""
        text = self.log.read_text(errors="replace")
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]

    def said(self, event: str) -> list[dict[str, Any]]:
        """Its lines of one event."""
        return [line for line in self.lines() if line.get("event") == event]


class Installation:
    """Workers that share broker, folders and configuration, below `folder`."""

    def __init__(
        self, folder: Path, address: str, settings: Mapping[str, str] | None = None
    ) -> None:
        self.footage = folder / "footage"
        self.output = folder / "output"
        self.logs = folder / "logs"
        for needed in (self.footage, self.output, self.logs):
            needed.mkdir(parents=True, exist_ok=True)
        (folder / "config.yaml").write_text("{}\n")
        self.address = address
        self.group = "test"
        self._settings = {
            "CLIPS_CONFIG": str(folder / "config.yaml"),
            "CLIPS_KAFKA__BOOTSTRAP_SERVERS": address,
            "CLIPS_KAFKA__GROUP": self.group,
            "CLIPS_KAFKA__PARTITIONS": str(PARTITIONS),
            "CLIPS_FOOTAGE__ROOT": str(self.footage),
            "CLIPS_FOOTAGE__TIMEZONE": "UTC",
            "CLIPS_OUTPUT__ROOT": str(self.output),
            "CLIPS_LOG__FORMAT": "json",
            **_QUICK,
            **(settings or {}),
        }

    def command(self, *args: str) -> subprocess.CompletedProcess[str]:
        """Runs a command to its end."""
        return subprocess.run(
            [sys.executable, "faust_app.py", *args],
            cwd=ROOT,
            env=_without_ours() | self._settings,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def worker(
        self, name: str = "worker", *, program: Sequence[str] = PRODUCT, **settings: str
    ) -> Worker:
        """Starts a worker and returns at once; started again under its name, it has the same log."""
        port = free_port()
        env = {**self._settings, **settings, "CLIPS_HTTP__PORT": str(port)}
        return Worker(program, port, self.logs / f"{name}.log", env)

    def camera(self, name: str, *options: str) -> Child:
        """Starts to film: small pictures, files of 5 s, the last minute is there at once."""
        module = ["-m", "devtools.camera", "--root", str(self.footage), "--name", name]
        small = ["--size", "320x180", "--zone", "UTC", "--backfill", "60"]
        argv = [sys.executable, *module, *small, *options]
        return Child(argv, log=self.logs / f"{name.replace('/', '~')}.log", cwd=ROOT)


def _without_ours() -> dict[str, str]:
    """The environment without the settings of the person who runs this."""
    return {k: v for k, v in os.environ.items() if not k.startswith("CLIPS_") and k != "PORT"}
