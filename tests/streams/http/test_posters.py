"""Still pictures: of published clips alone, made once, and anew for another revision."""

import asyncio
from pathlib import Path

import av
import pytest

from processors.adapters.clip_shelf import ClipShelf
from tests import statuses
from tests.door import Client, Door
from tests.media import Recipe, record

pytestmark = pytest.mark.media
Got = tuple[int, str, str, bytes]


def fetch(door: Door, path: str, times: int = 1, known: str = "") -> Got:
    async def one(client: Client) -> Got:
        async with client.get(path, headers={"If-None-Match": known} if known else None) as answer:
            kind, tag = answer.headers.get("Content-Type", ""), answer.headers.get("ETag", "")
            return answer.status, kind, tag, await answer.read()

    async def work(client: Client) -> Got:
        return (await asyncio.gather(*(one(client) for _ in range(times))))[-1]

    return door.ask(work)


def poster(door: Door, content: bytes) -> str:
    answer, _ = door.publish("a", content)
    assert answer.video is not None
    return f"/posters/{Path(answer.video.path).stem}.jpg"


@pytest.fixture
def content(tmp_path: Path) -> bytes:
    recipe = Recipe(seconds=1, segment=1, size="800x600", sound=False)
    return record(tmp_path / "made", recipe)[0].read_bytes()


def test_a_poster_is_made_once_and_goes_with_its_clip(door: Door, content: bytes) -> None:
    address = poster(door, content)
    status, kind, tag, body = fetch(door, address, times=6)
    made = door.root / address[1:]

    assert (status, kind, body) == (200, "image/jpeg", made.read_bytes())
    with av.open(made) as picture:
        assert picture.streams.video[0].width == 640
    assert [path.name for path in made.parent.iterdir()] == [made.name]
    first = made.stat().st_ino
    assert fetch(door, address, known=tag)[0] == 304
    assert made.stat().st_ino == first

    shelf = ClipShelf(door.store)
    shelf.remove(shelf.clips()[0])
    assert not made.exists()


def test_another_revision_has_another_poster(door: Door, content: bytes) -> None:
    address = poster(door, content)
    fetch(door, address)
    made = door.root / address[1:]
    before = made.stat()
    (door.root / "videos" / made.with_suffix(".mp4").name).touch()
    fetch(door, address)

    assert made.stat().st_ino != before.st_ino


def test_there_is_none_of_what_was_not_published_or_cannot_be_decoded(
    door: Door, content: bytes
) -> None:
    other = f"camera1_20261124_082345_{statuses.clip_id('b')}"
    (door.root / "videos" / f"{other}.mp4").write_bytes(content)

    assert fetch(door, f"/posters/{other}.jpg")[0] == 404
    assert fetch(door, poster(door, b"no video"))[0] == 404
    assert [path.name for path in (door.root / "posters").glob("*")] == []
