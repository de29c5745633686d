"""The folders that workers see, and what can happen to a volume: full, or not mounted."""

import asyncio
import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

_OUTPUT_SIZE = 6 << 30
_PAGE = 4096
_AGAIN = 0.1
"""Seconds between two looks whether somebody has made room on a volume that must be full."""


class Volumes:
    """Footage behind a link that can be bent elsewhere; output on a volume of its own, if we may mount.

    Recorders go on writing to `footage` whatever the workers are shown at `seen`.
    """

    def __init__(self, folder: Path) -> None:
        self.seen = folder / "seen"
        self._footage = folder / "footage"
        self._nothing = folder / "nothing"
        self._output = folder / "output"
        self.can_fill = False
        self.keep = False
        """Whether what is on the output's own volume is copied to `kept` before it goes."""

    @contextlib.contextmanager
    def ready(self) -> Iterator[None]:
        """Everything in its place meanwhile."""
        for needed in (self._footage, self._nothing, self._output):
            needed.mkdir(parents=True, exist_ok=True)
        self._show(self._footage)
        self.can_fill = self._mount("-t", "tmpfs", "-o", f"size={_OUTPUT_SIZE}", "none")
        try:
            yield
        finally:
            if self.can_fill and self.keep:
                shutil.copytree(self._output, self._output.with_name("kept"))
            if self.can_fill:
                subprocess.run(["umount", "--lazy", str(self._output)], check=False)

    async def fill_output(self, seconds: float) -> None:
        """Not a byte is free on the output for so long, whoever gives some back."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while loop.time() < until:
            if shutil.disk_usage(self._output).free >= _PAGE:
                await asyncio.to_thread(self._shrink)
            await asyncio.sleep(_AGAIN)
        await asyncio.to_thread(self._mount, "-o", f"remount,size={_OUTPUT_SIZE}")

    async def take_footage_away(self, seconds: float, *, empty: bool) -> None:
        """Workers see no footage root, or an `empty` one, as a mount point is without its volume."""
        if empty:
            self._show(self._nothing)
        else:
            self.seen.unlink()
        await asyncio.sleep(seconds)
        self._show(self._footage)

    def _shrink(self) -> None:
        """To what is on it; that grows meanwhile, so it may be refused."""
        self._mount("-o", f"remount,size={max(_PAGE, shutil.disk_usage(self._output).used)}")

    def _mount(self, *options: str) -> bool:
        argv = ["mount", *options, str(self._output)]
        return subprocess.run(argv, capture_output=True, check=False).returncode == 0

    def _show(self, folder: Path) -> None:
        link = self.seen.with_name("link")
        link.symlink_to(folder)
        link.replace(self.seen)
