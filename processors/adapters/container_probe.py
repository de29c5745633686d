"""Asks a worker process what containers that are no MP4 hold, under a time limit."""

import json
import selectors
import subprocess
import sys
from pathlib import Path
from threading import Lock
from typing import Any

from processors.errors import FootageError
from processors.footage import packets
from processors.mp4.outline import Outline

TIME_LIMIT = 20.0
"""Seconds for one file, and for the worker's start."""
_GROWING_READABLE = frozenset({".ts", ".mkv"})
_ROOT = Path(__file__).parents[2]


class ContainerProbe:
    """One worker, started when first needed and again after a fault. Safe between threads."""

    def __init__(self, time_limit: float = TIME_LIMIT) -> None:
        self._time_limit = time_limit
        self._worker: subprocess.Popen[str] | None = None
        self._lock = Lock()

    def read(self, path: Path) -> Outline:
        """The outline of the file at `path`; raises `FootageError`, `OSError` where it is gone."""
        size = path.stat().st_size
        if not size:
            raise FootageError("has 0 bytes")
        with self._lock:
            answer = self._ask(path)
        if "error" in answer:
            raise FootageError(str(answer["error"]))
        streams = [
            packets.Stream(
                stream["kind"],
                tuple(stream["form"]),
                [packets.Packet(p[0], p[1], p[2], bool(p[3])) for p in stream["packets"]],
            )
            for stream in answer["streams"]
        ]
        return packets.outline(streams, size, growing_is_readable=path.suffix in _GROWING_READABLE)

    def close(self) -> None:
        """End the worker."""
        with self._lock:
            self._end()

    def _ask(self, path: Path) -> dict[str, Any]:
        worker = self._worker or self._start()
        assert worker.stdin is not None
        assert worker.stdout is not None
        try:
            worker.stdin.write(json.dumps(str(path.absolute())) + "\n")
            worker.stdin.flush()
            with selectors.DefaultSelector() as selector:
                selector.register(worker.stdout, selectors.EVENT_READ)
                ready = selector.select(self._time_limit)
            line = worker.stdout.readline() if ready else ""
        except OSError:
            line = ""
        if not line:
            self._end()
            raise FootageError(f"reading it crashed, or took more than {self._time_limit:g} s")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _start(self) -> subprocess.Popen[str]:
        self._worker = subprocess.Popen(
            [sys.executable, "-m", "processors.adapters.container_worker"],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        return self._worker

    def _end(self) -> None:
        if self._worker:
            self._worker.kill()
            self._worker.communicate()
            self._worker = None
