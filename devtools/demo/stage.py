"""The processes of the demo: broker, camera and worker, and the settings that join them."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from devtools.broker.broker import ChildBroker
from devtools.broker.kafka import KafkaBroker
from devtools.broker.kafka.runtime import fetched, jars
from devtools.broker.tansu import TansuBroker
from devtools.child import Child
from devtools.demo.interrupts import Interrupts
from devtools.demo.screen import Screen
from devtools.port import free_port, is_free

HERE = Path(__file__).parents[2]
"""The checkout."""
CAMERA = "demo-camera"
BACKFILL = 30
"""Seconds of footage that exist before the first incident."""

_PORT = 8000
_PATIENCE = 60
"""Seconds for any part to be there."""
_TANSU = {
    "CLIPS_KAFKA__IDEMPOTENT_PRODUCER": "false",
    "CLIPS_KAFKA__SESSION_TIMEOUT": "2s",
    "CLIPS_KAFKA__HEARTBEAT_INTERVAL": "500ms",
    "CLIPS_KAFKA__FETCH_WAIT": "10ms",
}


class StageError(Exception):
    """A part of the demo did not start, or ended; the text holds what it said last."""


class Stage:
    """Starts the parts in order; `stack` takes them down again, the worker first.

    Recordings, clips and logs go below `folder`, where the product has them by default.
    """

    def __init__(
        self,
        kind: str,
        folder: Path,
        screen: Screen,
        interrupts: Interrupts,
        stack: contextlib.ExitStack,
    ) -> None:
        self._kind = kind
        self._folder = folder.absolute()
        self._work = self._folder / ".broker" / "demo"
        self._recordings = self._folder / "mediamtx_clips"
        self.output = self._folder / "output"
        self._screen = screen
        self._interrupts = interrupts
        self._stack = stack
        self._children: dict[str, Child] = {}
        for old in (self._work, self._recordings / CAMERA):
            shutil.rmtree(old, ignore_errors=True)
        for needed in (self._work, self._recordings, self.output):
            needed.mkdir(parents=True, exist_ok=True)
        (self._work / "config.yaml").write_text("{}\n")
        make = TansuBroker if kind == "embedded" else KafkaBroker
        self.broker: ChildBroker = make(self._work / "broker")
        self.port = _PORT if is_free(_PORT) else free_port()

    def set_up(self) -> None:
        """All parts, each with a line when it is there; raises `StageError` or `BrokerError`."""
        began = time.monotonic()
        camera: list[str | Path] = [
            "-m",
            "devtools.camera",
            "--root",
            self._recordings,
            "--name",
            CAMERA,
        ]
        self._start("camera", *camera, "--backfill", str(BACKFILL))
        self._start_broker()
        began = self._step("broker", f"{self.broker.name} at {self.broker.address}", began)
        count = self._create_topics()
        began = self._step("topics", f"{count} created by `faust_app.py topics create`", began)
        self._start("worker", "faust_app.py", "worker")
        self._await("camera", self._has_footage)
        folder = self.shown(self._recordings / CAMERA)
        began = self._step("camera", f"records to {folder}/, {BACKFILL} s are there already", began)
        self._await("worker", self._is_ready)
        self._step("worker", f"`faust_app.py worker`; health at {self._health}", began)
        self._screen.note("", f"clips: {self.here}/   interface to try out: {self.here}/docs")
        if self.port != _PORT:
            self._screen.note("", f"port {_PORT} is taken, so this one")
        self._screen.note("", f"what they log: {self.shown(self._work)}/*.log")

    def check(self) -> None:
        """Raises `StageError` if a part has ended."""
        for name, child in self._children.items():
            if not child.running:
                raise StageError(f"the {name} ended with code {child.wait()}:\n{child.tail()}")
        if not self.broker.running:
            raise StageError(
                f"the broker ended; see {self.shown(self.broker.folder / 'broker.log')}"
            )

    @property
    def here(self) -> str:
        """The address of the worker's web server."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def _health(self) -> str:
        return f"{self.here}/health"

    def _environment(self) -> dict[str, str]:
        """Without the settings of the person who runs this: they are for another Kafka."""
        own = {k: v for k, v in os.environ.items() if not k.startswith("CLIPS_") and k != "PORT"}
        return own | {
            "CLIPS_CONFIG": str(self._work / "config.yaml"),
            "CLIPS_KAFKA__BOOTSTRAP_SERVERS": self.broker.address,
            "CLIPS_FOOTAGE__ROOT": str(self._recordings),
            "CLIPS_OUTPUT__ROOT": str(self.output),
            "CLIPS_HTTP__PORT": str(self.port),
            "CLIPS_LOG__FORMAT": "human",
            **(_TANSU if self._kind == "embedded" else {}),
        }

    def _start(self, name: str, *args: str | Path) -> None:
        argv, log = [sys.executable, *args], self._work / f"{name}.log"
        with self._interrupts.held():
            child = Child(argv, log=log, env=self._environment(), cwd=HERE)
            self._stack.callback(child.stop)
        self._children[name] = child

    def _start_broker(self) -> None:
        if self._kind == "kafka" and not fetched():
            self._screen.note("", "the first time, Maven fetches Apache Kafka's jars (45 MB)")
            jars()
        with self._interrupts.held():
            self._stack.callback(self.broker.stop)
            self.broker.launch()
        self.broker.await_answer()

    def _create_topics(self) -> int:
        argv = [sys.executable, "faust_app.py", "topics", "create"]
        done = subprocess.run(
            argv, cwd=HERE, env=self._environment(), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise StageError(f"the topics could not be created:\n{done.stdout}{done.stderr}")
        return done.stdout.count("created ")

    def _await(self, name: str, there: Callable[[], bool]) -> None:
        began = time.monotonic()
        while not there():
            waited = time.monotonic() - began
            if waited > _PATIENCE:
                raise StageError(f"the {name} is not there:\n{self._children[name].tail()}")
            self._screen.progress(f"waiting for the {name}", waited)
            self._children[name].wait(0.1)
            self.check()

    def _has_footage(self) -> bool:
        newest = max(
            (p.stat().st_mtime for p in (self._recordings / CAMERA).glob("*")), default=0.0
        )
        return time.time() - newest < 2

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(self._health, timeout=1) as answer:  # noqa: S310 - our own
                return bool(answer.status == 200)
        except OSError:
            return False

    def _step(self, name: str, text: str, began: float) -> float:
        now = time.monotonic()
        self._screen.step(name, text, now - began)
        return now

    def shown(self, path: Path) -> str:
        """`path` as a person types it."""
        here = Path.cwd()
        return str(path.relative_to(here) if path.is_relative_to(here) else path)
