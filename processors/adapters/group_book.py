"""Answers of groups on disk, below the output root, shared by all workers.

    .state/groups/{group}/{camera}.json   the answer of one camera; written before its incident settles
    .state/groups/{group}/announced       the record of the whole group was acknowledged by the broker
    .state/groups/{group}/lock            held by whoever looks whether the group is whole

Names are UUIDs made of the ids, which may hold anything.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import NAMESPACE_URL, uuid4, uuid5

from processors.adapters import durable
from processors.adapters.disk_errors import output_errors
from processors.adapters.file_lock import held
from schemas.clip import ClipCompleted


class DiskGroupBook:
    """`GroupBook` in a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root / ".state" / "groups"

    def add(self, group: str, answer: ClipCompleted) -> None:
        """Remember an answer over a power cut; an older revision changes nothing."""
        folder = self._folder(group)
        path = folder / f"{_name(answer.camera_id)}.json"
        with output_errors("cannot note an answer of a group"):
            folder.mkdir(parents=True, exist_ok=True)
            if path.exists() and _read(path).revision >= answer.revision:
                return
            staged = folder / f".{uuid4().hex}"
            durable.write(staged, answer.model_dump_json().encode())
            staged.replace(path)
            durable.sync_folder(folder)

    def answers(self, group: str) -> list[ClipCompleted]:
        """The newest answer of each camera so far."""
        return [_read(path) for path in self._folder(group).glob("[!.]*.json")]

    def is_announced(self, group: str) -> bool:
        """Whether the broker has acknowledged the record of the whole group."""
        return (self._folder(group) / "announced").exists()

    def mark_announced(self, group: str) -> None:
        """Remember that it has."""
        with output_errors("cannot note the announcement of a group"):
            (self._folder(group) / "announced").touch()

    @contextmanager
    def claim(self, group: str) -> Iterator[bool]:
        """True while nobody else may look at the group; False if somebody does. Does not wait."""
        with output_errors("cannot lock a group"):
            handle = os.open(self._folder(group) / "lock", os.O_CREAT | os.O_RDWR, 0o644)
        with held(handle) as alone:
            yield alone

    def _folder(self, group: str) -> Path:
        return self._root / _name(group)


def _name(text: str) -> str:
    return str(uuid5(NAMESPACE_URL, text))


def _read(path: Path) -> ClipCompleted:
    return ClipCompleted.model_validate_json(path.read_bytes())
