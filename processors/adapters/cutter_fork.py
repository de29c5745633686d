"""Starts the processes of the pool: see `cutter_process` for what they do.

Not `multiprocessing`'s fork server: that one runs the main program again in each child (a second of
imports and settings here), finds its preload by the working directory only (CPython 3.11), and
waits at exit for children that are busy.
"""

import os
import socket
import subprocess
import sys
from pathlib import Path
from threading import Lock

from processors.adapters.cutter_process import LENGTH

_ROOT = Path(__file__).parents[2]
_SLOW = 30.0
"""Seconds that the first start may take on a machine that is busy; usual is less than one."""


class CutterFork:
    """The parent of the pool's processes, started when first needed and again if it is gone."""

    def __init__(self) -> None:
        self._server: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._lock = Lock()
        self._closed = False

    def start(self) -> tuple[socket.socket, int]:
        """A new process: its line and its id. Blocking; raises `OSError` where there is none."""
        ours, its = socket.socketpair()
        try:
            with self._lock, its:
                return ours, self._fork(its)
        except BaseException:
            ours.close()
            raise

    def close(self) -> None:
        """End the parent, and with it all that it has started, and start no more."""
        self._closed = True
        if self._server is not None:
            self._server.kill()  # so that who waits for it holds the lock no longer
        with self._lock:
            self._end()

    def _fork(self, line: socket.socket) -> int:
        if self._closed:
            raise ConnectionError("no more cutting processes are wanted")
        control = self._control or self._begin()
        try:
            socket.send_fds(control, [b"\1"], [line.fileno()])
            said = control.recv(LENGTH, socket.MSG_WAITALL)
        except OSError:
            self._end()
            raise
        if len(said) < LENGTH:
            self._end()
            raise ConnectionError("the parent of the cutting processes ended")
        return int.from_bytes(said, "big")

    def _begin(self) -> socket.socket:
        self._control, its = socket.socketpair()
        self._control.settimeout(_SLOW)
        with its:
            places = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
            self._server = subprocess.Popen(
                [
                    sys.executable,
                    "-P",
                    "-m",
                    "processors.adapters.cutter_process",
                    str(its.fileno()),
                ],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(places)},
                pass_fds=[its.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        return self._control

    def _end(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._server is not None:
            self._server.kill()
            self._server.wait()
            self._server = None
