"""Tells by inotify which cameras get new footage. A hint: network mounts tell nothing."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

from processors.errors import FootageError
from processors.footage.setup import Setups

NEEDED = "watchfiles>=1.1,<2"
"""The package, as `pip install` takes it."""
_GATHER_MS = 20
_AT_MOST_MS = 100
"""What changes within this is told together."""
_QUIET_MS = 5000
"""After so long without a change it is made sure that the root is still the same folder."""


def can_watch() -> bool:
    """Whether the package is there."""
    return find_spec("watchfiles") is not None


class FootageWatch:
    """Watches all folders below `root`: one watch each, however many files they hold."""

    def __init__(self, root: Path, setups: Setups) -> None:
        self._root = root
        self._setups = setups

    async def changes(self) -> AsyncIterator[frozenset[str]]:
        """Cameras with files that were made, written or removed, as it happens.

        Ends with `FootageError` where the root cannot be watched, or no longer.
        """
        import watchfiles  # noqa: PLC0415  # an extra

        logging.getLogger("watchfiles").setLevel(logging.WARNING)  # it tells of every change
        try:
            root = await asyncio.to_thread(self._root.resolve, strict=True)
            watched = await asyncio.to_thread(_identity, root)
            async for found in watchfiles.awatch(
                root,
                watch_filter=None,
                debounce=_AT_MOST_MS,
                step=_GATHER_MS,
                rust_timeout=_QUIET_MS,
                yield_on_timeout=True,
                force_polling=False,
                ignore_permission_denied=True,
            ):
                cameras = frozenset(self._cameras(root, (path for _, path in found)))
                if cameras:
                    yield cameras
                elif not found and await asyncio.to_thread(_identity, root) != watched:
                    break  # mounted, or made anew: the watch is on what was there before
        except (OSError, RuntimeError, ExceptionGroup) as exc:
            raise FootageError(f"footage.root cannot be watched: {exc}") from exc
        raise FootageError("footage.root is no longer watched")

    def _cameras(self, root: Path, paths: Iterable[str]) -> Iterator[str]:
        for path in paths:
            name = self._setups.decode(Path(path).relative_to(root).as_posix())
            if name is not None:
                yield name.camera


def _identity(root: Path) -> tuple[int, int]:
    found = root.stat()
    return found.st_dev, found.st_ino
