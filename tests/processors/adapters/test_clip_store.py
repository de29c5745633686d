"""Published clips survive races and crashes: the first answer stands, the dead leave nothing."""

import errno
import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import pytest

from processors.adapters.clip_store import DiskClipStore
from processors.errors import OutputFullError
from processors.ports import ClipStore
from schemas.clip import ClipCompleted
from tests.answers import complete, failed

STEM = "camera1_20261124_082345_id"


@pytest.fixture
def store(tmp_path: Path) -> DiskClipStore:
    opened = DiskClipStore(tmp_path)
    opened.open()
    return opened


def put(
    store: ClipStore, answer: ClipCompleted, content: bytes | None, stem: str = STEM
) -> ClipCompleted:
    with store.staging(answer.clip_id) as folder:
        video = None
        if content is not None:
            video = folder / "clip.mp4"
            video.write_bytes(content)
        return store.publish(stem, video, answer, render)


def render(answer: ClipCompleted) -> dict[str, bytes]:
    return dict.fromkeys(("json", "yaml", "txt"), answer.model_dump_json(by_alias=True).encode())


def staged(store: DiskClipStore) -> list[Path]:
    return [path for path in (store.root / ".staging").rglob("*") if path.is_file()]


def test_what_was_published_is_found(store: DiskClipStore) -> None:
    answer = put(store, complete(STEM, b"video"), b"video")

    assert store.find(STEM) == answer
    assert (store.videos / f"{STEM}.mp4").read_bytes() == b"video"


def test_nothing_is_found_before_it_is_published(store: DiskClipStore) -> None:
    assert store.find(STEM) is None


def test_the_first_of_two_answers_stands(store: DiskClipStore) -> None:
    first = put(store, complete(STEM, b"first"), b"first")
    second = put(store, complete(STEM, b"other!"), b"other!")

    assert second == first
    assert (store.videos / f"{STEM}.mp4").read_bytes() == b"first"


def test_a_later_revision_replaces_an_earlier_one(store: DiskClipStore) -> None:
    put(store, failed(STEM), None)
    better = put(store, complete(STEM, b"video", revision=2), b"video")

    assert store.find(STEM) == better


def test_a_video_without_manifest_is_made_again(store: DiskClipStore) -> None:
    """A crash between video and manifest leaves a clip that does not exist yet."""
    (store.videos / f"{STEM}.mp4").write_bytes(b"orphan")
    assert store.find(STEM) is None

    put(store, complete(STEM, b"video"), b"video")
    assert (store.videos / f"{STEM}.mp4").read_bytes() == b"video"


def test_a_manifest_whose_video_is_not_what_it_says_does_not_count(store: DiskClipStore) -> None:
    put(store, complete(STEM, b"video"), b"video")
    (store.videos / f"{STEM}.mp4").write_bytes(b"cut")

    assert store.find(STEM) is None


def test_a_torn_manifest_does_not_count(store: DiskClipStore) -> None:
    (store.annotations / f"{STEM}.json").write_bytes(b'{"clip_id": "')

    assert store.find(STEM) is None


def test_staging_is_empty_after_the_work_and_after_a_fault(store: DiskClipStore) -> None:
    put(store, complete(STEM, b"video"), b"video")
    with pytest.raises(RuntimeError), store.staging("ab") as folder:
        (folder / "clip.mp4").write_bytes(b"half")
        raise RuntimeError

    assert staged(store) == []


def test_an_announcement_is_remembered_per_revision(store: DiskClipStore) -> None:
    answer = complete(STEM, b"video")
    store.mark_announced(answer.clip_id, 1)

    assert store.is_announced(answer.clip_id, 1)
    assert not store.is_announced(answer.clip_id, 2)


def test_a_full_disk_is_told_apart(store: DiskClipStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("processors.adapters.durable.write_all", full)

    with pytest.raises(OutputFullError):
        put(store, failed(STEM), None)


@pytest.mark.parametrize("sync", [True, False])
def test_the_disk_is_waited_for_only_if_that_was_asked(
    sync: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = DiskClipStore(tmp_path, sync=sync)
    store.open()
    synced: list[str] = []

    def note(descriptor: int) -> None:
        named = Path(f"/proc/self/fd/{descriptor}").resolve()
        there = (store.annotations / f"{STEM}.json").exists()
        synced.append(f"{named.name} {'after' if there else 'before'}")

    monkeypatch.setattr(os, "fsync", note)
    answer = put(store, complete(STEM, b"video"), b"video")

    assert store.find(STEM) == answer
    if sync:
        assert {"videos before", f"{answer.clip_id}.json before", "annotations before"} < set(
            synced
        )
        assert synced[-1] == "annotations after"
    else:
        assert synced == []


def _hold_staging(root: Path, told: Connection) -> None:
    store = DiskClipStore(root)
    store.open()
    with store.staging("ab") as folder:
        (folder / "clip.mp4").write_bytes(b"half a clip")
        told.send(os.getpid())
        signal.pause()


def test_a_full_volume_keeps_no_worker_out_that_has_been_there_before(
    store: DiskClipStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder is what there is no room for first."""

    def full(
        path: Path, mode: int = 0o777, *, parents: bool = False, exist_ok: bool = False
    ) -> None:
        if not path.is_dir():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    store.close()
    again = DiskClipStore(store.root)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", full)
        again.open()
        with pytest.raises(OutputFullError), again.staging("id"):
            pass
    with again.staging("id") as folder:
        assert folder.is_dir()
    again.close()


def test_only_the_dead_are_swept(store: DiskClipStore) -> None:
    here, there = multiprocessing.Pipe()
    other = multiprocessing.get_context("spawn").Process(
        target=_hold_staging, args=(store.root, there), daemon=True
    )
    other.start()
    here.recv()
    assert store.sweep() == 0
    assert len(staged(store)) == 1

    other.kill()
    other.join()
    assert store.sweep() == 1
    assert staged(store) == []


def _race(root: Path, content: bytes, start: Connection, done: Connection) -> None:
    store = DiskClipStore(root)
    store.open()
    start.recv()
    for number in range(20):
        stem = f"{STEM}-{number}"
        done.send(put(store, complete(stem, content), content, stem).model_dump_json(by_alias=True))
    store.close()


def test_two_workers_that_race_announce_the_same_bytes(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    racers = []
    for content in (b"one", b"other"):
        go, started = multiprocessing.Pipe()
        result, done = multiprocessing.Pipe()
        process = context.Process(target=_race, args=(tmp_path, content, started, done))
        process.start()
        racers.append((process, go, result))
    for _, go, _ in racers:
        go.send(None)
    for number in range(20):
        said = [ClipCompleted.model_validate_json(result.recv()) for _, _, result in racers]
        assert said[0].video == said[1].video
        video = said[0].video
        assert video is not None
        assert (tmp_path / f"videos/{STEM}-{number}.mp4").stat().st_size == video.size_bytes
    for process, _, _ in racers:
        process.join()
        assert process.exitcode == 0


def test_a_shared_video_goes_its_own_way_under_each_name(
    store: DiskClipStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    for number, link in enumerate((os.link, refuse)):
        monkeypatch.setattr(os, "link", link)
        one, two = f"one{number}", f"two{number}"
        with store.staging(complete(one, b"").clip_id) as folder:
            video = folder / "clip.mp4"
            video.write_bytes(b"both")
            for name in (one, two):
                store.share(video, folder / name)
                store.publish(name, folder / name, _named(name, b"both"), render)
        put(store, _named(one, b"better", revision=2), b"better", one)

        assert (store.videos / f"{one}.mp4").read_bytes() == b"better"
        assert (store.videos / f"{two}.mp4").read_bytes() == b"both"
        assert staged(store) == []


def _named(stem: str, content: bytes, revision: int = 1) -> ClipCompleted:
    answer = complete(stem, content, revision=revision)
    return answer.model_copy(update={"clip_id": str(uuid5(NAMESPACE_URL, stem))})
