"""Files that are there after a power cut: written aside, synced, renamed, folder synced."""

import ctypes
import os
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

_WRITE = 2
"""SYNC_FILE_RANGE_WRITE (source: sync_file_range(2))."""
_PAGE = os.sysconf("SC_PAGE_SIZE")
_range = getattr(ctypes.CDLL(None), "sync_file_range", None)
"""Linux has it."""
if _range:
    _range.argtypes = (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint)


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


def write_all(contents: Mapping[Path, bytes], *, sync: bool = True) -> None:
    """As `write`, of several files. The disk begins with all of them before any is waited for."""
    with ExitStack() as stack:
        files = [stack.enter_context(path.open("wb")) for path in contents]
        for file, content in zip(files, contents.values(), strict=True):
            file.write(content)
            file.flush()
            if sync:  # "not needed any more": it is written out, so that one commit holds them all
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        for file in files if sync else ():
            os.fsync(file.fileno())


def copy(source: Path, target: Path, *, sync: bool = True) -> None:
    """Copy the content of `source`, durable if `sync`; the name is the caller's matter."""
    shutil.copyfile(source, target)
    if sync:
        with target.open("rb") as file:
            os.fsync(file.fileno())


def hasten(descriptor: int, start: int, stop: int) -> int:
    """Lets the disk begin with whole pages of what was written to [`start`, `stop`); where the rest starts.

    A hint, so that there is less to wait for later: nothing is durable by it, and it never fails.
    """
    stop -= stop % _PAGE
    if _range and start < stop:
        _range(descriptor, start, stop - start, _WRITE)
    return stop


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
