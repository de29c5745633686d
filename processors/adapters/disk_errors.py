"""The one place where an `OSError` becomes one of ours."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from processors.errors import OutputFullError, StoreError

_FULL = {errno.ENOSPC, errno.EDQUOT}


@contextmanager
def output_errors(doing: str) -> Iterator[None]:
    """Map the operating system's word to ours; `doing` says what could not be done."""
    try:
        yield
    except OSError as exc:
        kind = OutputFullError if exc.errno in _FULL else StoreError
        raise kind(f"{doing}: {exc.strerror or exc}") from exc
