"""Ctrl-C and SIGTERM as one exception that comes only where it may."""

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType


class Interrupts:
    """From its making on, both signals raise `KeyboardInterrupt`, except inside `held()`."""

    def __init__(self) -> None:
        self._held = False
        self._came = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._take)

    def _take(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        if self._held:
            self._came = True
        else:
            raise KeyboardInterrupt

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """What happens in here is finished first; the signal then counts."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
        if self._came:
            self._came = False
            raise KeyboardInterrupt
