"""The clips that may be amended, on disk below the output root, shared by all workers.

One small file a clip, `.state/amend/{stem}`, holding what stood around the incident. Whoever holds
the lock of a file deals with it; the kernel lets go of it when a worker dies.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from processors.adapters import durable
from processors.adapters.disk_errors import output_errors
from processors.adapters.file_lock import held
from topics.cloudevents import Envelope


class DiskAmendList:
    """`AmendList` in a folder."""

    def __init__(self, root: Path) -> None:
        self._folder = root / ".state" / "amend"

    def add(self, stem: str, envelope: Envelope) -> None:
        """Remember a clip; does nothing if it is there already."""
        path = self._folder / stem
        if path.exists():
            return
        with output_errors("cannot note what may be amended"):
            self._folder.mkdir(parents=True, exist_ok=True)
            staged = self._folder / f".{stem}.{os.getpid()}"
            durable.write(staged, _dump(envelope))
            staged.replace(path)

    def stems(self) -> tuple[str, ...]:
        """All clips on the list."""
        with suppress(FileNotFoundError):
            return tuple(p.name for p in self._folder.iterdir() if not p.name.startswith("."))
        return ()

    @contextmanager
    def claim(self, stem: str) -> Iterator[Envelope | None]:
        """What stood around the incident, while nobody else can claim it; None if somebody has."""
        try:
            handle = os.open(self._folder / stem, os.O_RDWR)
        except FileNotFoundError:
            yield None
            return
        with held(handle) as alone:
            yield _load(os.read(handle, 1 << 20)) if alone else None

    def remove(self, stem: str) -> None:
        """Forget a clip."""
        (self._folder / stem).unlink(missing_ok=True)


def _dump(envelope: Envelope) -> bytes:
    carried = [[name, (value or b"").decode()] for name, value in envelope.carried]
    fields = {
        "id": envelope.id,
        "source": envelope.source,
        "correlation_id": envelope.correlation_id,
        "carried": carried,
    }
    return json.dumps(fields).encode()


def _load(data: bytes) -> Envelope:
    fields = json.loads(data)
    carried = tuple((name, value.encode()) for name, value in fields.pop("carried"))
    return Envelope(**fields, carried=carried)
