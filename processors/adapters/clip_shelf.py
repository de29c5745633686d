"""The published clips as things that take room: what there is, how much room is left, removal.

A clip is removed under its publish lock, its manifest first: from then on it does not exist. The
video goes last, so that the next look finds whatever a crash left over. Only regular files below
`videos/`, `posters/` and `annotations/` whose names are of our form are ever touched.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from processors.adapters import durable
from processors.adapters.clip_store import DiskClipStore
from processors.adapters.disk_errors import output_errors
from processors.adapters.file_lock import held
from processors.adapters.old_state import forget
from processors.retention import Kept

_VIDEO = re.compile(
    r"(?P<stem>.+_[0-9]{8}_[0-9]{6}_(?P<clip>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}))"
    r"(\.[1-9][0-9]*)?\.mp4"
)
_SIDECARS = ("json", "yaml", "txt")


class ClipShelf:
    """All published clips of an output that several workers may share."""

    def __init__(self, store: DiskClipStore) -> None:
        self._store = store

    def free(self) -> int:
        """Bytes of room on the output volume."""
        with output_errors("cannot tell the room on the output volume"):
            return shutil.disk_usage(self._store.root).free

    def clips(self) -> list[Kept]:
        """Every clip with a video, as it lies on disk; the age is that of the manifest."""
        with output_errors("cannot list the clips"):
            return list(self._scan())

    def remove(self, clip: Kept) -> None:
        """Remove the files of a clip; those that are gone already are no error."""
        with output_errors("cannot remove a clip"), self._store.lock(clip.clip_id):
            for suffix in _SIDECARS:
                (self._store.annotations / f"{clip.stem}.{suffix}").unlink(missing_ok=True)
                if suffix == "json":
                    durable.sync_folder(self._store.annotations)
            (self._store.posters / f"{clip.stem}.jpg").unlink(missing_ok=True)
            for name in clip.files:
                (self._store.videos / name).unlink(missing_ok=True)

    def forget_state(self, before: int) -> int:
        """Forget groups and replays that nobody touched since `before`; returns how many."""
        return forget(self._store.root, before)

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """True while no other worker on this output tidies up; False if one does."""
        path = self._store.root / ".state" / "locks" / "retention"
        with output_errors("cannot lock the output"):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o644)
        with held(handle) as alone:
            yield alone

    def _scan(self) -> Iterator[Kept]:
        if not self._store.videos.is_dir():
            return
        clips: dict[tuple[str, str], list[os.DirEntry[str]]] = {}
        with os.scandir(self._store.videos) as entries:
            for entry in entries:
                found = _VIDEO.fullmatch(entry.name)
                if found is not None and entry.is_file(follow_symlinks=False):
                    clips.setdefault((found["stem"], found["clip"]), []).append(entry)
        for (stem, clip_id), videos in clips.items():
            with suppress(FileNotFoundError):
                yield self._kept(stem, clip_id, videos)

    def _kept(self, stem: str, clip_id: str, videos: list[os.DirEntry[str]]) -> Kept:
        found = [video.stat(follow_symlinks=False) for video in videos]
        made_at, beside = self._beside(stem, max(video.st_mtime_ns for video in found))
        # Incidents may share a video: each is taken to hold its part of the room.
        size = sum(video.st_size // video.st_nlink for video in found)
        return Kept(made_at, stem, clip_id, size + beside, tuple(video.name for video in videos))

    def _beside(self, stem: str, otherwise: int) -> tuple[int, int]:
        """When the clip's manifest was written, and the bytes of all its annotations."""
        made_at, size = otherwise, 0
        for suffix in _SIDECARS:
            try:
                about = _lstat(self._store.annotations / f"{stem}.{suffix}")
            except FileNotFoundError:
                continue
            size += about.st_size
            if suffix == "json":
                made_at = about.st_mtime_ns
        return made_at, size


def _lstat(path: Path) -> os.stat_result:
    return path.stat(follow_symlinks=False)
