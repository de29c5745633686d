"""Asks a worker process what containers that are no MP4 hold, under a time limit."""

import json
import selectors
import subprocess
import sys
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from processors.cutting.held import Held
from processors.errors import FootageError
from processors.footage import packets
from processors.footage.pattern import extension_of
from processors.mp4.outline import Outline
from processors.mp4.parameters import Shape
from processors.mp4.signature import Signature

TIME_LIMIT = 20.0
"""Seconds for one file, and for the worker's start."""
_GROWING_READABLE = frozenset({"ts", "mkv"})
_ROOT = Path(__file__).parents[2]


class Contents(NamedTuple):
    """What a container holds."""

    signature: Signature
    """The same that its outline has."""
    tracks: tuple[Held, ...]
    """Those that have frames."""


class ContainerProbe:
    """One worker, started when first needed and again after a fault. Safe between threads."""

    def __init__(self, time_limit: float = TIME_LIMIT) -> None:
        self._time_limit = time_limit
        self._worker: subprocess.Popen[str] | None = None
        self._lock = Lock()

    def read(self, path: Path) -> Outline:
        """The outline of the file at `path`; raises `FootageError`, `OSError` where it is gone."""
        size = path.stat().st_size
        answer = self._ask(path, size, frames=False)
        streams = [
            packets.Stream(stream["kind"], tuple(stream["form"]), _packets(stream))
            for stream in answer["streams"]
        ]
        growing = extension_of(path) in _GROWING_READABLE
        return packets.outline(
            streams, size, growing_is_readable=growing, tail=answer["tail"], whole=answer["whole"]
        )

    def frames(self, path: Path, size: int) -> Contents:
        """The first `size` bytes of the file at `path`, frame by frame; raises as `read` does."""
        answer = self._ask(path, size, frames=True)
        if answer["untimed"]:
            raise FootageError(f"has {answer['untimed']} frames that do not say their time")
        tracks = [_held(stream) for stream in answer["streams"] if stream["packets"]]
        signature = tuple((s["kind"], *s["form"]) for s in answer["streams"])
        return Contents(signature, tuple(tracks))

    def close(self) -> None:
        """End the worker."""
        with self._lock:
            self._end()

    def _ask(self, path: Path, size: int, *, frames: bool) -> dict[str, Any]:
        if not size:
            raise FootageError("has 0 bytes")
        question = {"path": str(path.absolute()), "size": size, "frames": frames}
        with self._lock:
            answer = self._exchange(json.dumps(question))
        if "error" in answer:
            raise FootageError(str(answer["error"]))
        return answer

    def _exchange(self, question: str) -> dict[str, Any]:
        worker = self._worker or self._start()
        assert worker.stdin is not None
        assert worker.stdout is not None
        try:
            worker.stdin.write(question + "\n")
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


def _packets(stream: dict[str, Any]) -> list[packets.Packet]:
    return [packets.Packet(p[0], p[1], p[2], bool(p[3])) for p in stream["packets"]]


def _held(stream: dict[str, Any]) -> Held:
    rows = _packets(stream)
    return Held(
        kind=stream["kind"],
        codec=stream["codec"],
        config=bytes.fromhex(stream["config"]),
        shown=tuple(row.pts for row in rows),
        end=packets.end_of(rows),
        keys=bytes(row.key for row in rows),
        digests=tuple(stream["digests"]),
        width=stream.get("width", 0),
        height=stream.get("height", 0),
        shapes=tuple(Shape(*shape) for shape in stream["shapes"]),
        rate=stream.get("rate", 0),
        channels=stream.get("channels", 0),
    )
