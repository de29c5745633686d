"""Child processes that cannot outlive us, however we end."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

_GUARD = 'read -r _; kill -s KILL -- "-$0" 2>/dev/null'
"""Ends when our end of its pipe closes, which a kill -9 of ours does too; then takes the child along."""


class Child:
    """A process in a session of its own; signals reach everything that it starts.

    Its output goes to the file `log`; `env` is its whole environment, ours if None. It does not get the terminal's Ctrl-C: we stop it.
    """

    def __init__(
        self,
        argv: Sequence[str | Path],
        *,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.name = Path(argv[0]).name
        self.log = log
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=cwd,
                start_new_session=True,
            )
        self._guard = subprocess.Popen(
            ["sh", "-c", _GUARD, str(self.pid)], stdin=subprocess.PIPE, start_new_session=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """Process id, which is also that of its process group."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    def wait(self, seconds: float | None = None) -> int | None:
        """Its exit code, or None if it still runs after `seconds`."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(seconds)
        return None

    def terminate(self) -> None:
        """Asks it to end (SIGTERM) and returns at once."""
        self._signal(signal.SIGTERM)

    def freeze(self) -> None:
        """Stops it in its tracks (SIGSTOP), with all that it started."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Lets it go on after `freeze`."""
        self._signal(signal.SIGCONT)

    def stop(self, seconds: float = 10) -> int:
        """Ends it with SIGTERM, after `seconds` with SIGKILL. Returns the exit code."""
        if self.running:
            self.terminate()
            self.wait(seconds)
        return self.kill()

    def kill(self) -> int:
        """Ends it and all that it started with SIGKILL. Returns the exit code."""
        if self._guard.poll() is None:
            self._signal(signal.SIGKILL)
            self._process.wait()
            self._release_guard()
        return self._process.wait()

    def tail(self, lines: int = 20) -> str:
        """The last lines that it wrote."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def _release_guard(self) -> None:
        self._guard.kill()
        self._guard.communicate()
