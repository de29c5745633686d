"""One sync for many: who waits for the disk shares the next sync of its whole file system.

While one sync runs, more clips are finished; the one after it is for all of them. So the more are
made at a time, the less each waits, and nobody waits for company.
"""

import ctypes
import os
from collections.abc import Callable
from pathlib import Path
from threading import Condition

from processors.errors import StoreError


def sync_file_system(descriptor: int) -> None:
    """`syncfs(2)` of an open file, which Python does not offer; all of them where it is missing.

    Tells of anything that could not be written since the file was opened or last asked about.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    syncfs = getattr(libc, "syncfs", None)
    if syncfs is None:
        os.sync()
    elif syncfs(descriptor):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


class GroupCommit:
    """Of the file system that a folder lies on. Blocking; safe between threads."""

    def __init__(self, folder: Path, sync: Callable[[int], None] = sync_file_system) -> None:
        self.waiting = 0
        """Who waits for a sync, or is at it."""
        self._folder = folder
        self._sync = sync
        self._turn = Condition()
        self._running = False
        self._begun = 0
        self._done = 0
        self._failed: dict[int, OSError] = {}
        """Syncs that failed: what was to be durable by them may be lost, whatever a later one says."""
        self._handle: int | None = None

    def open(self) -> None:
        """To be called before anything is written: the system tells only of faults after that."""
        if self._handle is None:
            self._handle = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)

    def close(self) -> None:
        """Let go of the folder."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def commit(self) -> None:
        """Returns once everything written before the call is durable; raises `OSError` if it may not be."""
        with self._turn:
            self.waiting += 1
            mine = self._begun + 1
            try:
                while self._done < mine:
                    if self._running:
                        self._turn.wait()
                    else:
                        self._run()
            finally:
                self.waiting -= 1
            if mine in self._failed:
                raise self._failed[mine]

    def _run(self) -> None:
        """One sync, without the lock."""
        if self._handle is None:
            raise StoreError("the output is not open")
        self._running = True
        self._begun += 1
        self._turn.release()
        fault = None
        try:
            self._sync(self._handle)
        except OSError as exc:
            fault = exc
        finally:
            self._turn.acquire()
            self._running = False
        if fault is not None:
            self._failed[self._begun] = fault
        self._done = self._begun
        self._turn.notify_all()
