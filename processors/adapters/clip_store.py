"""Published clips on disk, and the life of one.

Layout below the output root:

    videos/{stem}.mp4                      what is downloaded
    videos/{stem}.1.mp4, {stem}.2.mp4 ...  the same of a clip in parts
    posters/{stem}.jpg                     its still picture, made when first asked for
    annotations/{stem}.json|.yaml|.txt     the answer; the .json is the clip's manifest
    .staging/{owner}/...                   work in progress of one worker
    .state/clips/{xx}/{clip}               the stem of a clip: one clip id has one set of files
    .state/announced/{xx}/{clip}.{rev}     the completion event was acknowledged by the broker
    .state/locks/                          publish locks, and one lock per living owner

A clip is published under its lock in this order: video, .yaml, .txt, then the .json. The .json is
the commit point: a clip without it does not exist, whoever finds a video alone makes it again. Only
then files go that an earlier answer had and this one has not. Two
workers that race for a clip take turns at the lock; the second finds the first one's manifest and
gives it back, so both announce the same bytes. A worker holds the lock of its staging folder for as
long as it lives (the kernel lets go of it when the process dies), so anybody can tell and sweep what
a dead one left.
"""

import errno
import fcntl
import os
import shutil
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count, takewhile
from pathlib import Path
from uuid import uuid4

from pydantic import ValidationError

from processors.adapters import durable
from processors.adapters.disk_errors import output_errors
from processors.adapters.file_lock import held
from processors.adapters.group_commit import GroupCommit
from processors.identity import part_file, video_files
from schemas.clip import ClipCompleted

_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK})
"""What `link` says where there are none, or too many."""
_MANIFEST = "json"
_STEM = "stem"


class DiskClipStore:
    """`ClipStore` on a file system that several workers may share."""

    def __init__(
        self, root: Path, min_free: int = 0, *, sync: bool = True, group: GroupCommit | None = None
    ) -> None:
        """`sync`: whether what is published is on disk when `publish` returns; `group`: by these syncs,
        shared with others, and not by one for each file.
        """
        self.root = root
        self._sync = sync and group is None
        self._group = group
        self._min_free = min_free
        self.videos = root / "videos"
        self.posters = root / "posters"
        self.annotations = root / "annotations"
        self._staging = root / ".staging"
        self._locks = root / ".state" / "locks"
        self._announced = root / ".state" / "announced"
        self._stems = root / ".state" / "clips"
        self._owner = f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:8]}"
        self._owner_lock: int | None = None

    def open(self) -> None:
        """Make the folders and take the lock that says we live.

        Where the folders are there already, a full volume mostly has room for that.
        """
        with output_errors("cannot prepare the output folder"):
            for folder in (
                self.videos,
                self.annotations,
                self._locks,
                self._announced,
                self._stems,
            ):
                folder.mkdir(parents=True, exist_ok=True)
            self._owner_lock = os.open(self._lock_of(self._owner), os.O_CREAT | os.O_RDWR, 0o644)
            fcntl.flock(self._owner_lock, fcntl.LOCK_EX)
            try:
                (self._staging / self._owner).mkdir(parents=True, exist_ok=True)
            except OSError as exc:
                if exc.errno != errno.ENOSPC:
                    raise  # where only room is missing, it is made for the first clip
            if self._group is not None:
                self._group.open()

    def close(self) -> None:
        """Remove our staging and let go of the lock."""
        shutil.rmtree(self._staging / self._owner, ignore_errors=True)
        if self._group is not None:
            self._group.close()
        if self._owner_lock is not None:
            self._lock_of(self._owner).unlink(missing_ok=True)
            os.close(self._owner_lock)
            self._owner_lock = None

    def has_room(self) -> bool:
        """Whether more room than the floor is left on the output volume."""
        with output_errors("cannot tell the room on the output volume"):
            return shutil.disk_usage(self.root).free >= self._min_free

    @contextmanager
    def staging(self, clip_id: str) -> Iterator[Path]:
        """A folder of its own for the work on one clip, gone afterwards."""
        folder = self._staging / self._owner / f"{clip_id}.{uuid4().hex[:8]}"
        with output_errors("cannot make a staging folder"):
            folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def stem_of(self, clip_id: str) -> str | None:
        """Under which stem the clip's files are, or will be; None before it was first published.

        The same incident may come again with a corrected time; its clip keeps its name.
        """
        try:
            return self._stem_file(clip_id).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def manifest(self, stem: str) -> ClipCompleted | None:
        """The answer published under `stem`, even if its video is not what it says."""
        try:
            return ClipCompleted.model_validate_json(
                (self.annotations / f"{stem}.json").read_bytes()
            )
        except (FileNotFoundError, ValidationError):
            return None

    def find(self, stem: str) -> ClipCompleted | None:
        """The answer published under `stem`, if its video is what it says."""
        answer = self.manifest(stem)
        return answer if answer is not None and self._is_whole(answer) else None

    def publish(
        self,
        stem: str,
        video: Path | None,
        answer: ClipCompleted,
        render: Callable[[ClipCompleted], Mapping[str, bytes]],
    ) -> ClipCompleted:
        """Give the files their final names; returns the answer that stands (an earlier one wins).

        `video` is a file in staging, synced if the store is to sync; of an answer with parts, its
        `video_files` are. `render` writes the annotation files, by suffix.
        """
        with output_errors("cannot publish the clip"), self.lock(answer.clip_id):
            named = self.stem_of(answer.clip_id) or stem
            prior = self.manifest(named)
            if prior is not None and self._is_whole(prior):
                if prior.revision >= answer.revision:
                    return prior
            elif prior is not None:
                # A crash while it was being replaced: what was announced is gone, so say it anew.
                revision = max(answer.revision, prior.revision + 1)
                answer = answer.model_copy(update={"revision": revision})
            if video is None:
                with self.staging(answer.clip_id) as folder:
                    self._write_out(stem, None, answer, folder, render(answer))
            else:
                self._write_out(stem, video, answer, video.parent, render(answer))
                self._remove_others(stem, answer, len(prior.parts) if prior else 0)
        return answer

    def _write_out(
        self,
        stem: str,
        video: Path | None,
        answer: ClipCompleted,
        folder: Path,
        sidecars: Mapping[str, bytes],
    ) -> None:
        """Nothing gets its name before its content is durable, and the manifest is the last.

        `folder` is one in staging; others that share a cut may publish from it at the same time.
        """
        contents = {_STEM: stem.encode(), **sidecars}
        written = {name: folder / f"{answer.clip_id}.{name}" for name in contents}
        durable.write_all({written[n]: c for n, c in contents.items()}, sync=self._sync)
        self._commit()
        noted = self._stem_file(answer.clip_id)
        noted.parent.mkdir(exist_ok=True)
        written[_STEM].replace(noted)
        if video is not None:
            self._name_videos(stem, video, answer)
        for suffix in sidecars.keys() - {_MANIFEST}:
            written[suffix].replace(self.annotations / f"{stem}.{suffix}")
        # One after the other: what the file system keeps of the second is durable with the first.
        for named in (self.videos, self.annotations) if video else (self.annotations,):
            self._sync_folder(named)
        self._commit()
        written[_MANIFEST].replace(self.annotations / f"{stem}.{_MANIFEST}")
        self._sync_folder(self.annotations)
        self._commit()

    def _name_videos(self, stem: str, video: Path, answer: ClipCompleted) -> None:
        staged = video_files(video, len(answer.parts))
        for path, file in zip(staged, self._files(stem, answer), strict=True):
            path.replace(file)

    def _remove_others(self, stem: str, answer: ClipCompleted, before: int) -> None:
        """Videos that `answer` does not name: those of `before` parts, and what crashes left.

        The last first, so that those before it are found again.
        """
        video = self.videos / f"{stem}.mp4"
        more = (part_file(video, number) for number in count(before + 1))
        found = [*video_files(video, before), *takewhile(Path.is_file, more)]
        named = self._files(stem, answer)
        for path in reversed([video, *found]):
            if path not in named:
                path.unlink(missing_ok=True)

    def _files(self, stem: str, answer: ClipCompleted) -> list[Path]:
        return video_files(self.videos / f"{stem}.mp4", len(answer.parts))

    def share(self, video: Path, other: Path) -> None:
        """Make `other` a second file in staging that holds what `video` does, and goes by itself.

        A hard link, which costs nothing; a copy where the file system has none.
        """
        with output_errors("cannot share the clip"):
            try:
                os.link(video, other)
            except OSError as exc:
                if exc.errno not in _NO_LINKS:
                    raise
                durable.copy(video, other, sync=self._sync)

    def is_announced(self, clip_id: str, revision: int) -> bool:
        """Whether the broker has acknowledged the completion event."""
        return self._mark(clip_id, revision).exists()

    def mark_announced(self, clip_id: str, revision: int) -> None:
        """Remember that the broker has acknowledged the completion event."""
        mark = self._mark(clip_id, revision)
        with output_errors("cannot note the announcement"):
            mark.parent.mkdir(exist_ok=True)
            mark.touch()

    def sweep(self) -> int:
        """Remove what dead workers left in staging; returns how many owners that were."""
        swept = 0
        for folder in self._staging.iterdir() if self._staging.is_dir() else ():
            if folder.name != self._owner and self._is_dead(folder.name):
                shutil.rmtree(folder, ignore_errors=True)
                self._lock_of(folder.name).unlink(missing_ok=True)
                swept += 1
        return swept

    def _is_whole(self, answer: ClipCompleted) -> bool:
        try:
            return all(
                (self.root / video.path).stat().st_size == video.size_bytes
                for video in answer.videos
            )
        except FileNotFoundError:
            return False

    def _stem_file(self, clip_id: str) -> Path:
        return self._stems / _shard(clip_id) / clip_id

    def _sync_folder(self, folder: Path) -> None:
        if self._sync:
            durable.sync_folder(folder)

    def _commit(self) -> None:
        if self._group is not None:
            self._group.commit()

    def _is_dead(self, owner: str) -> bool:
        try:
            handle = os.open(self._lock_of(owner), os.O_RDWR)
        except FileNotFoundError:
            return True
        with held(handle) as alone:
            return alone

    @contextmanager
    def lock(self, clip_id: str) -> Iterator[None]:
        """Nobody else publishes or removes the clip meanwhile."""
        name = f"publish-{_shard(clip_id)}"
        handle = os.open(self._locks / name, os.O_CREAT | os.O_RDWR, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _lock_of(self, owner: str) -> Path:
        return self._locks / f"owner-{owner}"

    def _mark(self, clip_id: str, revision: int) -> Path:
        return self._announced / _shard(clip_id) / f"{clip_id}.{revision}"


def _shard(clip_id: str) -> str:
    """00-ff, spread evenly: clip ids are UUIDs."""
    return f"{int(clip_id[:2], 16):02x}"
