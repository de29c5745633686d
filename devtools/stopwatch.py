"""Says how a long run goes, each line with the seconds since it began."""

import sys
import time
from typing import TextIO


class Stopwatch:
    """Runs from its making on; `stream` is where it tells, stdout if not given."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._began = time.monotonic()

    def tell(self, text: str) -> None:
        """A line, at once."""
        elapsed = time.monotonic() - self._began
        print(f"{elapsed:6.1f} s  {text}", file=self._stream, flush=True)
