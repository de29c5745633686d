"""Debian's Prometheus for the tests: there, or a reason to skip; in CI it must be there."""

import json
import os
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from devtools.child import Child
from devtools.port import free_port

needs_prometheus = pytest.mark.skipif(
    os.environ.get("CI") != "true"
    and not (shutil.which("promtool") and shutil.which("prometheus")),
    reason="Debian's package prometheus has prometheus and promtool",
)
_PATIENCE = 20.0


def promtool(*words: str, cwd: Path | None = None, given: bytes = b"") -> str:
    """What promtool says; another exit code than 0 fails the test."""
    done = subprocess.run(
        ["promtool", *words], cwd=cwd, input=given, capture_output=True, check=False
    )
    said = (done.stdout + done.stderr).decode()
    assert done.returncode == 0, said
    return said


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A running one."""

    child: Child
    port: int

    def ask(self, path: str, **words: str) -> Any:
        """The `data` of an answer of its API."""
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(words)}"
        with urllib.request.urlopen(url, timeout=5) as answer:
            return json.load(answer)["data"]

    def values(self, expression: str) -> list[float]:
        """What an expression gives now, one value a series."""
        found = self.ask("query", query=expression)
        assert found["resultType"] == "vector"
        return [float(series["value"][1]) for series in found["result"]]

    def until(self, expression: str) -> None:
        """Return when an expression gives something."""
        until = time.monotonic() + _PATIENCE
        while not self.values(expression):
            assert time.monotonic() < until, f"{expression}\n{self.child.tail()}"
            self.child.wait(0.2)


@contextmanager
def scraping(folder: Path, port: int, configuration: Path) -> Iterator[Prometheus]:
    """Prometheus with our configuration, but a worker on loopback and a scrape a second."""
    settings = yaml.safe_load(configuration.read_text())
    settings["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    settings["rule_files"] = [str(configuration.parent / name) for name in settings["rule_files"]]
    (job,) = settings["scrape_configs"]
    del job["dns_sd_configs"]
    job["static_configs"] = [{"targets": [f"127.0.0.1:{port}"]}]
    folder.mkdir()
    (folder / "prometheus.yml").write_text(yaml.safe_dump(settings))
    own = free_port()
    argv = [
        "prometheus",
        "--config.file=prometheus.yml",
        "--storage.tsdb.path=data",
        f"--web.listen-address=127.0.0.1:{own}",
    ]
    with Child(argv, log=folder / "prometheus.log", cwd=folder) as child:
        found = Prometheus(child, own)
        _await(found)
        yield found


def _await(prometheus: Prometheus) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            prometheus.ask("status/buildinfo")
        except OSError:
            assert time.monotonic() < until, prometheus.child.tail()
            assert prometheus.child.wait(0.1) is None, prometheus.child.tail()
        else:
            return
