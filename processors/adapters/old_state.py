"""Forgets what nobody asks about any more: groups and replays that were not touched for long.

Below the output root, `.state/groups/{group}/` and `.state/replay/{id}.json` with their locks. A group
that is forgotten and whose incidents are all replayed is announced once more, with the same event id.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from processors.adapters.disk_errors import output_errors
from processors.adapters.file_lock import held


def forget(root: Path, before: int) -> int:
    """Remove what was last touched before `before` (nanoseconds since the epoch), if nobody holds it.

    Returns how much that was.
    """
    gone = 0
    with output_errors("cannot remove old state"):
        for folder in _entries(root / ".state" / "groups"):
            gone += _forget(folder / "lock", [folder, *_entries(folder)], before)
        for file in _entries(root / ".state" / "replay"):
            if file.suffix == ".json":
                gone += _forget(file.with_name(f".{file.stem}.lock"), [file], before)
    return gone


def _forget(lock: Path, files: list[Path], before: int) -> bool:
    first, *_ = files
    with _held_if_there(lock) as alone:
        if not alone or _newest(files) >= before:
            return False
        if first.is_dir():
            return _forget_folder(first, before)
        first.unlink()
        lock.unlink(missing_ok=True)
    return True


def _forget_folder(folder: Path, before: int) -> bool:
    """Aside first, in one step: who writes there meanwhile fails, and writes again."""
    aside = folder.with_name(f".{folder.name}")
    folder.rename(aside)
    if _newest(_entries(aside)) >= before:  # written a moment ago
        aside.rename(folder)
        return False
    shutil.rmtree(aside)
    return True


def _newest(files: list[Path]) -> int:
    return max((file.stat().st_mtime_ns for file in files), default=0)


@contextmanager
def _held_if_there(lock: Path) -> Iterator[bool]:
    """Whether we have the lock; one that is not there is nobody's."""
    try:
        handle = os.open(lock, os.O_RDWR)
    except FileNotFoundError:
        yield True
        return
    with held(handle) as alone:
        yield alone


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []
