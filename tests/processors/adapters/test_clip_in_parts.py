"""A clip in several files: all of them or none, whatever crashes, and none too many."""

from pathlib import Path

import pytest

from processors import annotation
from processors.adapters.clip_shelf import ClipShelf
from processors.adapters.clip_store import DiskClipStore
from processors.errors import StoreError
from processors.identity import video_files
from schemas.clip import ClipCompleted
from tests.answers import complete, in_parts

CLIP = "4a4c5a0b-3e0f-5a57-9f0e-0d6f3ad1a001"
STEM = f"camera1_20261124_082345_{CLIP}"


@pytest.fixture
def store(tmp_path: Path) -> DiskClipStore:
    opened = DiskClipStore(tmp_path)
    opened.open()
    return opened


def parts(*contents: bytes, revision: int = 1) -> ClipCompleted:
    return in_parts(STEM, *contents, revision=revision).model_copy(update={"clip_id": CLIP})


def single(content: bytes, revision: int = 1) -> ClipCompleted:
    return complete(STEM, content, revision).model_copy(update={"clip_id": CLIP})


def put(store: DiskClipStore, answer: ClipCompleted, *contents: bytes) -> ClipCompleted:
    with store.staging(answer.clip_id) as folder:
        video = folder / "clip.mp4"
        staged = video_files(video, len(answer.parts))
        for path, content in zip(staged, contents, strict=True):
            path.write_bytes(content)
        return store.publish(STEM, video, answer, annotation.render)


def videos(store: DiskClipStore) -> dict[str, bytes]:
    return {path.name[len(STEM) :]: path.read_bytes() for path in store.videos.iterdir()}


def test_it_is_found_under_numbered_names(store: DiskClipStore) -> None:
    answer = put(store, parts(b"one", b"two"), b"one", b"two")

    assert videos(store) == {".1.mp4": b"one", ".2.mp4": b"two"}
    assert store.find(STEM) == answer


@pytest.mark.parametrize("number", [1, 2, 3])
def test_it_is_whole_with_all_of_its_files_only(store: DiskClipStore, number: int) -> None:
    put(store, parts(b"one", b"two", b"three"), b"one", b"two", b"three")
    (store.videos / f"{STEM}.{number}.mp4").unlink()

    assert store.find(STEM) is None
    again = put(store, parts(b"one", b"two", b"three"), b"one", b"two", b"three")
    assert again.revision == 2, "what was announced was gone for a while"
    assert store.find(STEM) == again


def test_fewer_files_leave_none_of_the_others(store: DiskClipStore) -> None:
    put(store, parts(b"1", b"2", b"3", b"4"), b"1", b"2", b"3", b"4")

    amended = put(store, parts(b"one", b"two", revision=2), b"one", b"two")

    assert videos(store) == {".1.mp4": b"one", ".2.mp4": b"two"}
    assert store.find(STEM) == amended


def test_one_file_takes_the_place_of_parts_and_the_other_way_round(store: DiskClipStore) -> None:
    put(store, parts(b"1", b"2"), b"1", b"2")
    put(store, single(b"all", 2), b"all")
    assert videos(store) == {".mp4": b"all"}

    put(store, parts(b"a", b"b", revision=3), b"a", b"b")
    assert videos(store) == {".1.mp4": b"a", ".2.mp4": b"b"}


def test_the_first_of_two_answers_stands_with_its_files(store: DiskClipStore) -> None:
    first = put(store, parts(b"1", b"2"), b"1", b"2")

    assert put(store, parts(b"a", b"b", b"c"), b"a", b"b", b"c") == first
    assert videos(store) == {".1.mp4": b"1", ".2.mp4": b"2"}


class CrashError(Exception):
    """The worker ends here."""


def crash_at(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a file gets the name that ends like this."""
    rename = Path.replace

    def replace(path: Path, target: Path) -> Path:
        if target.name.endswith(name):
            raise CrashError
        return rename(path, target)

    monkeypatch.setattr(Path, "replace", replace)


@pytest.mark.parametrize("name", [".1.mp4", ".2.mp4", ".3.mp4", ".yaml", ".json"])
@pytest.mark.parametrize("before", ["nothing", "one file", "five parts"])
def test_a_crash_on_the_way_leaves_no_clip_that_is_not_what_its_answer_says(
    name: str, before: str, store: DiskClipStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    if before == "one file":
        put(store, single(b"all"), b"all")
    elif before == "five parts":
        put(store, parts(*[b"before"] * 5), *[b"before"] * 5)
    with monkeypatch.context() as patched:
        crash_at(name, patched)
        with pytest.raises(CrashError):
            put(store, parts(b"a", b"b", b"c", revision=2), b"a", b"b", b"c")

    found = store.find(STEM)
    for video in found.videos if found else ():
        assert (store.root / video.path).stat().st_size == video.size_bytes
    made_good = put(store, parts(b"a", b"b", b"c", revision=2), b"a", b"b", b"c")
    assert store.find(STEM) == made_good
    assert videos(store) == {".1.mp4": b"a", ".2.mp4": b"b", ".3.mp4": b"c"}


def test_files_that_a_crash_left_over_go_with_the_next_answer(
    store: DiskClipStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, parts(b"1", b"2", b"3", b"4"), b"1", b"2", b"3", b"4")
    unlink = Path.unlink

    def interrupted(path: Path, *, missing_ok: bool = False) -> None:
        if path.name.endswith(".3.mp4"):
            raise OSError
        unlink(path, missing_ok=missing_ok)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", interrupted)
        with pytest.raises(StoreError):
            put(store, parts(b"a", b"b", revision=2), b"a", b"b")
    assert sorted(videos(store)) == [".1.mp4", ".2.mp4", ".3.mp4"]

    put(store, single(b"all", 3), b"all")
    assert videos(store) == {".mp4": b"all"}


def test_retention_sees_one_clip_and_takes_all_of_it(store: DiskClipStore) -> None:
    put(store, parts(b"x" * 1000, b"y" * 500), b"x" * 1000, b"y" * 500)
    shelf = ClipShelf(store)

    (kept,) = shelf.clips()
    written = sum(path.stat().st_size for path in store.annotations.iterdir())
    assert (kept.stem, kept.clip_id, kept.size) == (STEM, CLIP, 1500 + written)

    shelf.remove(kept)
    assert videos(store) == {}
    assert list(store.annotations.iterdir()) == []


def test_retention_takes_what_is_left_when_one_in_the_middle_is_gone(store: DiskClipStore) -> None:
    put(store, parts(b"1", b"2", b"3"), b"1", b"2", b"3")
    (store.videos / f"{STEM}.2.mp4").unlink()
    shelf = ClipShelf(store)

    (kept,) = shelf.clips()
    shelf.remove(kept)

    assert shelf.clips() == []
