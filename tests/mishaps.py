"""Work for the processes of a pool that goes wrong. A module of its own: they import it."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from processors.adapters.splicer import Splicer
from processors.cutting.plan import CutPlan, CutResult
from processors.errors import InputError


@dataclass(frozen=True, slots=True)
class Dying(Splicer):
    """Its first cuts kill their process in the middle."""

    deaths: Path = Path()
    """A folder with a file for each."""
    most: int = 1

    def cut_now(self, plan: CutPlan, target: Path, stop: Event | None = None) -> CutResult:
        died = len(list(self.deaths.iterdir()))
        if died < self.most:
            (self.deaths / str(died)).touch()
            target.write_bytes(b"half a clip")
            os.kill(os.getpid(), signal.SIGKILL)
        return Splicer.cut_now(self, plan, target, stop)


@dataclass(frozen=True, slots=True)
class Hanging(Splicer):
    """Its cuts never end."""

    def cut_now(self, plan: CutPlan, target: Path, stop: Event | None = None) -> CutResult:
        target.write_bytes(b"half a clip")
        return sleep_long()


def sleep_long() -> CutResult:
    """What only a kill ends."""
    time.sleep(600)  # noqa: TID251 -- a process of the pool has no loop
    raise AssertionError


def refuse() -> None:
    """An error of ours that is made of two arguments."""
    raise InputError("cam/1.mp4", "is gone")


def stumble() -> None:
    """An error that is a fault of ours."""
    raise ZeroDivisionError("for nothing")


def take_memory(size: int) -> int:
    """As much."""
    return len(bytes(size))
