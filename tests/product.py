"""The product as its users run it: real commands and real workers, as processes of their own."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError

import pytest

from devtools.child import Child
from devtools.port import free_port
from schemas.settings import Settings, load

ROOT = Path(__file__).parents[1]
EMBEDDED = {
    "CLIPS_KAFKA__IDEMPOTENT_PRODUCER": "false",
    "CLIPS_KAFKA__SESSION_TIMEOUT": "2s",
    "CLIPS_KAFKA__HEARTBEAT_INTERVAL": "500ms",
    "CLIPS_KAFKA__FETCH_WAIT": "10ms",
}
"""What the embedded broker needs."""
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Product:
    """Commands and workers on one set of settings. `folder` gets output and logs."""

    folder: Path
    address: str
    settings: Mapping[str, str] = field(default_factory=dict)
    """Variables besides the address and the folders, e.g. `CLIPS_KAFKA__GROUP`."""

    @property
    def output(self) -> Path:
        """The output root."""
        return self.folder / "output"

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """All variables of a process."""
        # An empty root is one that is not mounted: nothing would be answered.
        (self.folder / "footage" / "camera0").mkdir(parents=True, exist_ok=True)
        own = {k: v for k, v in os.environ.items() if not k.startswith("CLIPS_") and k != "PORT"}
        return own | {
            "CLIPS_KAFKA__BOOTSTRAP_SERVERS": self.address,
            "CLIPS_KAFKA__PARTITIONS": "2",
            "CLIPS_FOOTAGE__ROOT": str(self.folder / "footage"),
            "CLIPS_FOOTAGE__TIMEZONE": "UTC",
            "CLIPS_OUTPUT__ROOT": str(self.output),
            "CLIPS_LOG__FORMAT": "json",
            **self.settings,
            **(more or {}),
        }

    def read_settings(self) -> Settings:
        """The same for commands inside the test's own process."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environment().items():
                patch.setenv(name, value)
            return load(None)

    def run(self, *args: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """One command to its end; another exit code than `code` fails the test."""
        done = subprocess.run(
            [sys.executable, "faust_app.py", *args],
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
        assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    @contextmanager
    def worker(
        self,
        name: str = "worker",
        *,
        ready: bool = True,
        settings: Mapping[str, str] | None = None,
    ) -> Iterator["RunningWorker"]:
        """A worker, ready unless told otherwise, stopped afterwards."""
        port = free_port()
        env = self.environment({"CLIPS_HTTP__PORT": str(port), **(settings or {})})
        argv = [sys.executable, "faust_app.py", "worker"]
        with Child(argv, log=self.folder / f"{name}.log", env=env, cwd=ROOT) as child:
            worker = RunningWorker(child, port)
            if ready:
                worker.await_status(200)
            yield worker


@dataclass(frozen=True, slots=True)
class RunningWorker:
    """A worker that was started."""

    child: Child
    port: int

    def health(self) -> tuple[int, dict[str, object]]:
        """What `/health` answers; 0 while it does not."""
        url = f"http://127.0.0.1:{self.port}/health"
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return answer.status, json.load(answer)
        except HTTPError as exc:
            return exc.code, json.load(exc)
        except OSError:
            return 0, {}

    def await_status(self, code: int) -> dict[str, object]:
        """Return when `/health` answers `code`."""
        until = time.monotonic() + _PATIENCE
        while (found := self.health())[0] != code:
            assert self.child.running, f"the worker has ended:\n{self.child.tail()}"
            assert time.monotonic() < until, f"{found}\n{self.child.tail()}"
            self.child.wait(0.1)
        return found[1]

    def lines(self, event: str) -> list[dict[str, object]]:
        """The log lines of an event so far."""
        said = (json.loads(line) for line in self._json_lines())
        return [line for line in said if line.get("event") == event]

    def await_lines(self, event: str, count: int = 1) -> list[dict[str, object]]:
        """Return when the worker has logged an event that often."""
        until = time.monotonic() + _PATIENCE
        while len(found := self.lines(event)) < count:
            assert self.child.running, f"the worker has ended:\n{self.child.tail()}"
            assert time.monotonic() < until, f"{found}\n{self.child.tail()}"
            self.child.wait(0.1)
        return found

    def _json_lines(self) -> list[str]:
        text = self.child.log.read_text(errors="replace")
        return [line for line in text.splitlines() if line.startswith("{")]
