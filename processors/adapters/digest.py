"""The checksum of a clip, computed on a thread of its own while the clip is written.

hashlib and blake3 release the GIL, so on a second core hashing costs no time while it is no slower
than the disk. One buffer is hashed while the next is filled: whoever fills two in turn is safe.
"""

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from importlib import import_module
from importlib.util import find_spec
from types import TracebackType
from typing import NamedTuple, Protocol, Self, cast

from schemas.clip_settings import Checksum

_PIECE = 1 << 20


class Sums(NamedTuple):
    """Checksums of a file, in hexadecimal; null where not taken."""

    sha256: str | None = None
    blake3: str | None = None


class _Hash(Protocol):
    def update(self, data: memoryview, /) -> object: ...
    def hexdigest(self) -> str: ...


def check_available(kind: Checksum) -> None:
    """Raises `ValueError` where this installation cannot compute `kind`."""
    if kind is Checksum.BLAKE3 and find_spec("blake3") is None:
        msg = (
            "output.checksum = 'blake3': the package blake3 is not installed: "
            "pip install '.[blake3]', or use sha256"
        )
        raise ValueError(msg)


def _new(kind: Checksum) -> _Hash | None:
    if kind is Checksum.NONE:
        return None
    if kind is Checksum.SHA256:
        return hashlib.sha256()
    return cast("Callable[[], _Hash]", import_module("blake3").blake3)()


class Digest:
    """Takes pieces in order; does nothing where no checksum is wanted."""

    def __init__(self, kind: Checksum) -> None:
        self._kind = kind
        self._hash = _new(kind)
        self._pool = ThreadPoolExecutor(1, "digest") if self._hash else None
        self._running: Future[object] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    @property
    def wanted(self) -> bool:
        """Whether anything is computed."""
        return self._hash is not None

    def update(self, data: memoryview) -> None:
        """Hashes `data`, which may change after the *next* call has returned."""
        if self._hash and self._pool:
            self._wait()
            self._running = self._pool.submit(self._hash.update, data)

    def read(self, descriptor: int) -> None:
        """Hashes a whole open file, while the caller goes on."""
        if self._pool:
            self._wait()
            self._running = self._pool.submit(self._read, descriptor)

    def finish(self) -> Sums:
        """The checksum, once all of it is hashed."""
        self._wait()
        return Sums(**{self._kind.value: self._hash.hexdigest()}) if self._hash else Sums()

    def _wait(self) -> None:
        if self._running:
            self._running.result()

    def _read(self, descriptor: int) -> None:
        space, at = memoryview(bytearray(_PIECE)), 0
        while count := os.preadv(descriptor, [space], at):
            cast("_Hash", self._hash).update(space[:count])
            at += count
