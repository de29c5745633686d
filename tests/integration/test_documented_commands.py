"""Every command of README.md and docs/*.md, run as it is printed.

In the order of reading, as one person would: what the README exports holds for the rest, its worker
is the one that the curl lines talk to. Replaced are the address of Kafka, the folders and the ports.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from devtools.broker.broker import Broker
from devtools.broker.tansu import TansuBroker
from devtools.child import Child
from devtools.port import free_port
from tests.documented import ROOT, Command, commands
from tests.media import Recipe, record
from tests.product import EMBEDDED, RunningWorker

NOT_HERE = {
    "make setup": "fetches every package",
    "make demo": "goes on until Ctrl-C; tests/devtools/demo runs it to the end",
    "make demo ARGS=--once": "tests/devtools/demo runs it",
    "make demo BROKER=kafka": "goes on until Ctrl-C; the brokers are tested in tests/devtools/broker",
    "make test": "would run this test",
    "make check": "is a job of its own: minutes",
    "make contracts": "writes into the checkout; tests/devtools/contracts checks what it writes",
    "make format": "writes into the checkout",
    "make chaos": "minutes",
    "make flood": "minutes; tests/devtools/flood runs it in short",
    "make scenarios": "minutes; tests/devtools/scenarios makes rows of it",
    "make bench-look": "minutes; tests/benchmarks runs it in short",
    "make bench-cut": "minutes; tests/benchmarks runs it in short",
    "make bench-e2e": "minutes, and Apache Kafka",
    "make differential": "minutes; tests/processors/adapters/test_differential.py runs some of it",
    "make image": "needs root and minutes; tests/devtools/image proves its parts",
    "docker compose up -d": "needs a Docker engine",
    ".venv/bin/pip install 'watchfiles>=1.1,<2'": "changes the environment that the tests run in",
}
"""Commands that cannot run here, and why. Verbs of the Makefile are looked up in it all the same."""
VERBS = {command.text for command in commands() if command.text.startswith("make ")}
"""Never run from a test: they take minutes, or change the checkout."""
_PATIENCE = 60.0
_CURL = "silent\nshow-error\nfail-with-body\nmax-time = 20\n"
_INCIDENTS = "camera_id,timestamp,duration\ncamera1,2025-08-29T14:30:15,20\n"


@dataclass
class Desk:
    """A fresh checkout, a person's shell in it, and the workers that the person has started."""

    folder: Path
    port: int
    other_port: int
    replaced: dict[str, str]
    variables: dict[str, str]
    workers: list[Child] = field(default_factory=list)

    def do(self, command: Command) -> str | None:
        """Run a command; returns what is wrong with it."""
        text = command.text
        for printed, meant in self.replaced.items():
            text = text.replace(printed, meant)
        if text.startswith("export "):
            name, _, value = text.removeprefix("export ").partition("=")
            self.variables[name] = value
            return None
        if text.endswith(" worker"):
            self._start(text)
            return None
        done = self._run(text)
        if "/clips/$CLIP_ID" in text:
            until = time.monotonic() + _PATIENCE
            while '"status":"done"' not in done.stdout and time.monotonic() < until:
                self.workers[0].wait(0.2)
                done = self._run(text)
        if done.returncode:
            return f"{command.place}: {text}\nexit {done.returncode}: {done.stdout}{done.stderr}"
        self._remember(done.stdout)
        return None

    def _run(self, text: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", text],
            cwd=self.folder,
            env=self.variables,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )

    def _start(self, text: str) -> None:
        argv = ["bash", "-c", f"exec env {text}"]
        log = self.folder / f"worker{len(self.workers)}.log"
        child = Child(argv, log=log, env=self.variables, cwd=self.folder)
        self.workers.append(child)
        port = self.other_port if text.startswith("PORT=") else self.port
        RunningWorker(child, port).await_status(200)

    def _remember(self, said: str) -> None:
        """What a person would copy from an answer into the next command."""
        if not said.startswith("{"):
            return
        clip = json.loads(said)
        if "message" in clip:
            self.variables["CLIP_ID"] = clip["clip_id"]
        if clip.get("download_url"):
            self.variables["DOWNLOAD_URL"] = clip["download_url"]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """At a Kafka without topics, with recordings of the times that the documents speak of."""
    folder, footage, output = tmp_path / "checkout", tmp_path / "recordings", tmp_path / "clips"
    for needed in (folder, output, footage / "camera1", tmp_path / "home"):
        needed.mkdir(parents=True)
    for entry in ROOT.iterdir():
        if entry.name not in {".venv", ".git", "output", "mediamtx_clips", "config.yaml"}:
            (folder / entry.name).symlink_to(entry)
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "mediamtx_clips").symlink_to(footage)
    (folder / "incidents.csv").write_text(_INCIDENTS)
    (tmp_path / "home" / ".curlrc").write_text(_CURL)
    for number, made in enumerate(record(tmp_path / "made", Recipe(seconds=30, segment=5))):
        for minute, first in (("20250829_1430", 0), ("20261124_0823", 40)):
            name = f"camera1_{minute}{first + number * 5:02}.mp4"
            name = name.replace("082360", "082400").replace("082365", "082405")
            (footage / "camera1" / name).hardlink_to(made)
    with TansuBroker(tmp_path / "tansu") as broker:
        made_desk = _desk(tmp_path, folder, broker)
        try:
            yield made_desk
        finally:
            for worker in made_desk.workers:
                worker.stop()


def _desk(root: Path, folder: Path, broker: Broker) -> Desk:
    port, other = free_port(), free_port()
    replaced = {
        "kafka:9092": broker.address,
        "=/recordings": f"={root / 'recordings'}",
        "=/clips": f"={root / 'clips'}",
        "localhost:8000": f"localhost:{port}",
        "PORT=8001": f"PORT={other}",
    }
    own = {k: v for k, v in os.environ.items() if not k.startswith("CLIPS_")}
    variables = own | EMBEDDED
    variables |= {"HOME": str(root / "home"), "PORT": str(port), "CLIPS_FOOTAGE__TIMEZONE": "UTC"}
    return Desk(folder, port, other, replaced, variables)


@pytest.mark.embedded
@pytest.mark.media
@pytest.mark.timeout(300)
def test_every_command_works_as_printed(desk: Desk) -> None:
    faults = [desk.do(command) for command in commands() if command.text not in {*NOT_HERE, *VERBS}]
    assert list(filter(None, faults)) == []
    assert (desk.folder / Path(desk.variables["DOWNLOAD_URL"]).name).stat().st_size > 10_000


def test_what_cannot_run_is_listed_and_nothing_else() -> None:
    printed = {command.text for command in commands()}
    assert set(NOT_HERE) <= printed
    assert set(NOT_HERE) >= VERBS


@pytest.mark.parametrize("text", sorted(VERBS))
def test_every_verb_is_one_of_the_makefile(text: str) -> None:
    subprocess.run([*text.split(), "--dry-run"], cwd=ROOT, check=True, capture_output=True)
