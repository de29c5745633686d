"""Files that are there after a power cut: written aside, synced, renamed, folder synced."""

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write(path: Path, data: bytes, *, sync: bool = True) -> None:
    """Write `data` to `path`, durable if `sync`; the name is the caller's matter."""
    with path.open("wb") as file:
        file.write(data)
        if sync:
            file.flush()
            os.fsync(file.fileno())


def copy(source: Path, target: Path, *, sync: bool = True) -> None:
    """Copy the content of `source`, durable if `sync`; the name is the caller's matter."""
    shutil.copyfile(source, target)
    if sync:
        with target.open("rb") as file:
            os.fsync(file.fileno())


@contextmanager
def synced(descriptor: int, *, wanted: bool = True) -> Iterator[None]:
    """What was written to an open file before is durable afterwards, if `wanted`.

    The disk works while the caller does; raises `OSError` at the end where it could not.
    """
    if not wanted:
        yield
        return
    with ThreadPoolExecutor(1, "sync") as thread:
        syncing = thread.submit(os.fsync, descriptor)
        yield
        syncing.result()
