"""Removing clips: only ours, all of each, and a crash in between is made good."""

import os
from pathlib import Path

import pytest

from processors import annotation
from processors.adapters.clip_shelf import ClipShelf
from processors.adapters.clip_store import DiskClipStore
from tests import answers
from tests.statuses import clip_id


@pytest.fixture
def store(tmp_path: Path) -> DiskClipStore:
    opened = DiskClipStore(tmp_path)
    opened.open()
    return opened


def publish(store: DiskClipStore, name: str, content: bytes = b"video") -> str:
    stem = f"camera1_20261124_082345_{clip_id(name)}"
    answer = answers.complete(stem, content)
    with store.staging(clip_id(name)) as folder:
        (folder / "clip.mp4").write_bytes(content)
        store.publish(stem, folder / "clip.mp4", answer, annotation.render)
    return stem


def files(store: DiskClipStore) -> set[str]:
    return {path.name for folder in (store.videos, store.annotations) for path in folder.iterdir()}


def test_a_clip_takes_the_room_of_its_video_and_annotations(store: DiskClipStore) -> None:
    stem = publish(store, "a", b"x" * 1000)
    (kept,) = ClipShelf(store).clips()
    written = sum(path.stat().st_size for path in store.annotations.iterdir())
    assert (kept.stem, kept.clip_id, kept.size) == (stem, clip_id("a"), 1000 + written)
    assert kept.made_at == (store.annotations / f"{stem}.json").stat().st_mtime_ns


def test_what_is_removed_is_gone_with_its_annotations(store: DiskClipStore) -> None:
    publish(store, "a")
    stem = publish(store, "b")
    shelf = ClipShelf(store)
    (first,) = [kept for kept in shelf.clips() if kept.clip_id == clip_id("a")]
    shelf.remove(first)
    assert files(store) == {f"{stem}.{suffix}" for suffix in ("mp4", "json", "yaml", "txt")}
    shelf.remove(first)  # again, as after a crash


@pytest.mark.parametrize("left", [1, 2, 3])
def test_what_a_crash_left_is_found_at_the_next_look(store: DiskClipStore, left: int) -> None:
    stem = publish(store, "a")
    for suffix in ("json", "yaml", "txt")[:left]:
        (store.annotations / f"{stem}.{suffix}").unlink()
    shelf = ClipShelf(store)
    (kept,) = shelf.clips()
    shelf.remove(kept)
    assert files(store) == set()


def test_only_our_own_files_are_seen(store: DiskClipStore, tmp_path: Path) -> None:
    outside = tmp_path / "footage.mp4"
    outside.write_bytes(b"evidence")
    (store.videos / "holiday.mp4").write_bytes(b"theirs")
    (store.videos / f"camera1_20261124_082345_{clip_id('l')}.mp4").symlink_to(outside)
    (store.videos / f"camera1_20261124_082345_{clip_id('d')}.mp4").mkdir()
    assert ClipShelf(store).clips() == []
    assert outside.read_bytes() == b"evidence"


def test_one_tidies_at_a_time(store: DiskClipStore) -> None:
    with ClipShelf(store).alone() as first, ClipShelf(store).alone() as second:
        assert (first, second) == (True, False)
    with ClipShelf(store).alone() as again:
        assert again


def test_room_is_what_the_volume_says(store: DiskClipStore) -> None:
    about = os.statvfs(store.root)
    assert abs(ClipShelf(store).free() - about.f_bavail * about.f_frsize) < 1 << 30
    assert store.has_room()
    assert not DiskClipStore(store.root, min_free=1 << 62).has_room()
