"""Replays on disk: `.state/replay/{id}.json` below the output root, one at a time by its lock."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from processors.adapters import durable
from processors.adapters.disk_errors import output_errors
from processors.adapters.file_lock import held
from processors.errors import StoreError
from schemas.replay import ReplayState


class ReplayLog:
    """The states of all replays."""

    def __init__(self, root: Path) -> None:
        self._folder = root / ".state" / "replay"

    def find(self, replay: str) -> ReplayState | None:
        """How far a replay has come; None if it never began."""
        try:
            return ReplayState.model_validate_json(self._path(replay).read_bytes())
        except FileNotFoundError:
            return None
        except ValidationError as exc:
            raise StoreError(f"the state of replay {replay} cannot be read: remove it") from exc

    def save(self, state: ReplayState) -> None:
        """Remember how far it has come, over a power cut."""
        with output_errors("cannot note how far the replay has come"):
            staged = self._folder / f".{state.id}.json"
            durable.write(staged, state.model_dump_json(indent=2).encode())
            staged.replace(self._path(state.id))
            durable.sync_folder(self._folder)

    @contextmanager
    def claim(self, replay: str) -> Iterator[None]:
        """Nobody else runs the replay meanwhile; raises `StoreError` if somebody does."""
        with output_errors("cannot prepare the folder of replays"):
            self._folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._folder / f".{replay}.lock", os.O_CREAT | os.O_RDWR, 0o644)
        with held(handle) as alone:
            if not alone:
                raise StoreError(f"replay {replay} is being run by another process")
            yield

    def _path(self, replay: str) -> Path:
        return self._folder / f"{replay}.json"
