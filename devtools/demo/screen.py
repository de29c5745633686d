"""What a person sees: steps that are done, one line that moves, and blocks to read.

On a terminal the moving line is written over. Elsewhere it is a new line when its text is new, and
only after two seconds without any other.
"""

import json
import shutil
import sys
import time
from collections.abc import Mapping
from typing import Any

_EVERY = 2.0


class Screen:
    """Writes to stdout."""

    def __init__(self) -> None:
        self._tty = sys.stdout.isatty()
        self._moving = ""
        self._written = 0.0

    def title(self, text: str) -> None:
        """A line above what follows."""
        self._settle()
        print(f"\n{self._paint('1', text)}", flush=True)

    def step(self, name: str, text: str, seconds: float | None = None) -> None:
        """Something that is done."""
        self._settle()
        took = "" if seconds is None else self._paint("2", f"  ({seconds:.1f} s)")
        print(f"  {self._paint('32', '✓')} {name:<9} {text}{took}", flush=True)

    def note(self, name: str, text: str) -> None:
        """A thing to know."""
        self._settle()
        print(f"    {name:<9} {text}", flush=True)

    def fault(self, text: str) -> None:
        """What went wrong."""
        self._settle()
        print(f"  {self._paint('31', '✗')} {text}", flush=True)

    def data(self, value: Mapping[str, Any]) -> None:
        """A whole object: one field a line, and one line for each part of a part."""
        self._settle()
        for key, item in value.items():
            if isinstance(item, dict) and item:
                print(f"      {key}:")
                print("\n".join(f"        {name}: {_json(part)}" for name, part in item.items()))
            elif isinstance(item, list) and item:
                print(f"      {key}:")
                print("\n".join(f"        - {_json(part)}" for part in item))
            else:
                print(f"      {key}: {_json(item)}")
        sys.stdout.flush()

    def progress(self, text: str, seconds: float) -> None:
        """The line that moves while something is waited for."""
        if self._tty:
            line = f"  … {seconds:4.1f} s  {text}"[: shutil.get_terminal_size().columns - 1]
            print(f"\r\x1b[2K{line}", end="", flush=True)
        elif text != self._moving and time.monotonic() - self._written > _EVERY:
            print(f"  … {seconds:4.1f} s  {text}", flush=True)
            self._written = time.monotonic()
        else:
            return
        self._moving = text

    def _settle(self) -> None:
        if self._moving and self._tty:
            print("\r\x1b[2K", end="")
        self._moving = ""
        self._written = time.monotonic()

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._tty else text


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
