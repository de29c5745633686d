"""Locks between processes that the kernel lets go of when their holder dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def held(handle: int) -> Iterator[bool]:
    """True while nobody else can hold the open file `handle`; False if somebody does. Does not wait.

    Closes `handle` at the end, which lets go of it.
    """
    try:
        yield _try(handle)
    finally:
        os.close(handle)


def _try(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
