"""Clips that share a sync are as safe as those that have one each."""

import errno
import os
from collections.abc import Callable
from itertools import count
from pathlib import Path
from threading import Event, Thread

import pytest

from processors.adapters.clip_store import DiskClipStore
from processors.adapters.group_commit import GroupCommit, sync_file_system
from processors.errors import StoreError
from schemas.clip import ClipCompleted
from tests.answers import complete
from tests.lossy_disk import LossyDisk

STEM = "camera1_20261124_082345_id"
Check = Callable[[], None]


def put(store: DiskClipStore, answer: ClipCompleted, content: bytes) -> None:
    with store.staging(answer.clip_id) as folder:
        video = folder / "clip.mp4"
        video.write_bytes(content)
        store.publish(STEM, video, answer, render)


def render(answer: ClipCompleted) -> dict[str, bytes]:
    return dict.fromkeys(("json", "yaml", "txt"), answer.model_dump_json(by_alias=True).encode())


def at_each_step(monkeypatch: pytest.MonkeyPatch, check: Check) -> None:
    """Runs `check` before and after each name that is given."""
    rename = os.replace

    def checked(source: Path, target: Path) -> None:
        check()
        rename(source, target)
        check()

    monkeypatch.setattr(os, "replace", checked)


def found_after_cuts(disk: LossyDisk, folder: Path) -> list[tuple[bytes, bytes] | None]:
    """Of each state that a power cut may leave: the video and manifest that count, if any."""
    found: list[tuple[bytes, bytes] | None] = []
    for root in disk.cut_power(folder):
        store = DiskClipStore(root)
        answer = store.find(STEM)
        found.append(
            (
                (store.videos / f"{STEM}.mp4").read_bytes(),
                (store.annotations / f"{STEM}.json").read_bytes(),
            )
            if answer
            else None
        )
        if answer:
            assert store.stem_of(answer.clip_id) == STEM
            for suffix in ("yaml", "txt"):
                said = (store.annotations / f"{STEM}.{suffix}").read_bytes()
                assert ClipCompleted.model_validate_json(said).clip_id == answer.clip_id
    return found


def test_at_no_moment_of_publishing_a_power_cut_leaves_what_is_not_true(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, numbers = tmp_path / "output", count()
    disk = LossyDisk(root)
    store = DiskClipStore(root, group=GroupCommit(root, disk.sync))
    store.open()
    answers = [complete(STEM, b"first"), complete(STEM, b"better!", revision=2)]
    true = {
        (content, render(answer)["json"])
        for answer, content in zip(answers, (b"first", b"better!"), strict=True)
    }
    seen: list[tuple[bytes, bytes] | None] = []

    def check() -> None:
        seen.extend(found_after_cuts(disk, tmp_path / f"after-{next(numbers)}"))

    at_each_step(monkeypatch, check)
    for answer, content in zip(answers, (b"first", b"better!"), strict=True):
        put(store, answer, content)
        last = found_after_cuts(disk, tmp_path / f"after-{next(numbers)}")
        assert set(last) == {(content, render(answer)["json"])}, "published is published"

    assert len(seen) > 20
    assert set(seen) - {None} <= true


def test_the_disk_of_this_test_loses_what_nobody_syncs(tmp_path: Path) -> None:
    root = tmp_path / "output"
    disk = LossyDisk(root)
    store = DiskClipStore(root, sync=False)
    store.open()

    put(store, complete(STEM, b"video"), b"video")

    assert set(found_after_cuts(disk, tmp_path / "after")) == {None}


def test_who_comes_while_a_sync_runs_shares_the_next_one(tmp_path: Path) -> None:
    begun, go_on = Event(), Event()
    syncs: list[int] = []

    def sync(_: int) -> None:
        syncs.append(group.waiting)
        begun.set()
        assert go_on.wait(30)

    group = GroupCommit(tmp_path, sync)
    group.open()
    first = Thread(target=group.commit)
    first.start()
    assert begun.wait(30)
    others = [Thread(target=group.commit) for _ in range(5)]
    for other in others:
        other.start()
    while group.waiting < 6:
        pass
    go_on.set()
    for thread in [first, *others]:
        thread.join(30)
    group.close()

    assert len(syncs) == 2


def test_a_sync_that_fails_fails_all_that_shared_it_and_no_others(tmp_path: Path) -> None:
    faults = iter([OSError(errno.EIO, "broken")])

    def sync(_: int) -> None:
        for fault in faults:
            raise fault

    group = GroupCommit(tmp_path, sync)
    group.open()
    with pytest.raises(OSError, match="broken"):
        group.commit()
    group.commit()
    group.close()


def test_an_output_that_is_not_open_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        GroupCommit(tmp_path).commit()


def test_the_system_syncs_a_file_system_and_tells_of_what_is_none(tmp_path: Path) -> None:
    group = GroupCommit(tmp_path)
    group.open()
    group.commit()
    group.close()
    with pytest.raises(OSError, match="Bad file descriptor"):
        sync_file_system(-1)
