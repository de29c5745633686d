"""Keeps recordings that a waiting job needs when the recorder is about to delete them.

They lie below `.held/` of the output under their own names: as hard links where that is the same
file system (nothing is copied and nothing changes for the recorder), else as copies. What a dead
worker left is used like one's own, until it is an hour old. Bounded by bytes: what does not fit is
not held, and a line in the log says so.
"""

import errno
import os
import shutil
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from threading import Lock

import structlog

log = structlog.get_logger(__name__)

_LONGEST = 3600.0
"""Seconds after which a file that is still held is let go."""
_OTHER_DEVICE = {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP, errno.ENOSYS}
"""Answers of file systems that cannot link these two."""


class FootageHold:
    """Holds files of `root` in `folder`. Safe between threads; every call may block on the disk."""

    def __init__(self, root: Path, folder: Path, limit: int) -> None:
        self.folder = folder
        self._root = root
        self._limit = limit
        self._jobs: dict[str, frozenset[str]] = {}
        self._lock = Lock()

    def holds(self, job: str) -> bool:
        """Whether anything is kept for `job`. Does not wait."""
        return job in self._jobs

    def hold(self, job: str, paths: Iterable[str]) -> None:
        """See to it that the files (relative to the root) stay while `job` needs them."""
        with self._lock:
            before = self._jobs.get(job, frozenset())
            # Another worker may have let go of what we both hold.
            wanted = [p for p in paths if p not in before or not (self.folder / p).exists()]
            if not wanted:
                return
            free = self._limit - self._sweep()
            held = set(before)
            for path in wanted:
                size = self._keep(path, free)
                if size is not None:
                    held.add(path)
                    free -= size
            self._jobs[job] = frozenset(held)

    def release(self, job: str) -> None:
        """Let go of what only `job` needed."""
        with self._lock:
            paths = self._jobs.pop(job, frozenset())
            needed = Counter(path for held in self._jobs.values() for path in held)
            for path in paths:
                if not needed[path]:
                    (self.folder / path).unlink(missing_ok=True)

    def _keep(self, path: str, free: int) -> int | None:
        """Bytes that it takes to hold a file; None where it cannot be held."""
        source, target = self._root / path, self.folder / path
        if target.exists():
            return 0
        try:
            size = source.stat(follow_symlinks=False).st_size
            if size > free:
                log.warning("footage.not_held", file=path, detail="footage.hold_bytes is used up")
                return None
            target.parent.mkdir(parents=True, exist_ok=True)
            _link_or_copy(source, target)
        except FileNotFoundError:
            return None
        except OSError as exc:
            log.warning("footage.not_held", file=path, detail=exc.strerror)
            return None
        return size

    def _sweep(self) -> int:
        """Remove what is too old; returns the bytes of what is left."""
        total = 0
        for path in self.folder.rglob("*") if self.folder.is_dir() else ():
            with suppress(FileNotFoundError):
                stat = path.stat(follow_symlinks=False)
                # The time of the link, or of the end of the original: no other time tells it.
                if path.is_dir() or time.time() - stat.st_ctime < _LONGEST:
                    total += 0 if path.is_dir() else stat.st_size
                else:
                    path.unlink()
        self._jobs = {job: held for job, held in self._jobs.items() if self._any(held)}
        return total

    def _any(self, paths: Iterable[str]) -> bool:
        return any((self.folder / path).exists() for path in paths)


def locate(root: Path, held: Path | None, path: str) -> Path:
    """Where a file is: below the root, or, if it is gone from there, held."""
    original = root / path
    if held is None or os.path.lexists(original) or not (held / path).exists():
        return original
    return held / path


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError as exc:
        if exc.errno not in _OTHER_DEVICE:
            raise
        staged = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            shutil.copy2(source, staged, follow_symlinks=False)
            staged.replace(target)
        finally:
            staged.unlink(missing_ok=True)
