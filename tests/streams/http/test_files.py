"""Downloads: published files by their names, and nothing else, whatever is tried."""

import hashlib
import os
from pathlib import Path
from urllib.parse import quote

import pytest
from multidict import CIMultiDictProxy
from yarl import URL

from schemas.status import Stage
from tests import statuses
from tests.door import Client, Door

Got = tuple[int, "CIMultiDictProxy[str]", bytes]
CONTENT = bytes(range(256)) * 20


def fetch(door: Door, path: str, headers: dict[str, str] | None = None, method: str = "GET") -> Got:
    async def work(client: Client) -> Got:
        async with client.request(method, path, headers=headers) as answer:
            return answer.status, answer.headers, await answer.read()

    return door.ask(work)


def video(door: Door, content: bytes = CONTENT, camera: str = "camera1") -> str:
    answer, _ = door.publish("a", content, camera)
    assert answer.video is not None
    return quote(answer.video.download_url)


def test_a_clip_downloads_with_its_name_type_and_tag(door: Door) -> None:
    url = video(door)
    status, headers, body = fetch(door, url)
    assert (status, body) == (200, CONTENT)
    assert headers["Content-Type"] == "video/mp4"
    assert headers["Content-Length"] == str(len(CONTENT))
    assert headers["ETag"] == f'"{hashlib.sha256(CONTENT).hexdigest()}"'
    assert headers["Accept-Ranges"] == "bytes"
    assert Path(url).name in headers["Content-Disposition"]
    assert headers["Content-Disposition"].startswith("inline")
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_it_can_be_asked_for_as_a_file_to_keep(door: Door) -> None:
    _, headers, _ = fetch(door, video(door) + "?download")
    assert headers["Content-Disposition"].startswith("attachment")


def test_a_clip_larger_than_a_slice_arrives_whole(door: Door) -> None:
    content = os.urandom(2_500_001)
    _, _, body = fetch(door, video(door, content))
    assert body == content


def test_a_range_is_206_with_its_place(door: Door) -> None:
    status, headers, body = fetch(door, video(door), {"Range": "bytes=100-199"})
    assert (status, body) == (206, CONTENT[100:200])
    assert headers["Content-Range"] == f"bytes 100-199/{len(CONTENT)}"


def test_a_range_beyond_the_end_is_416_with_the_length(door: Door) -> None:
    status, headers, body = fetch(door, video(door), {"Range": f"bytes={len(CONTENT)}-"})
    assert status == 416
    assert headers["Content-Range"] == f"bytes */{len(CONTENT)}"
    assert b"range_not_satisfiable" in body


def test_what_the_client_has_is_not_sent_again(door: Door) -> None:
    url = video(door)
    tag = fetch(door, url)[1]["ETag"]
    status, headers, body = fetch(door, url, {"If-None-Match": tag})
    assert (status, body) == (304, b"")
    assert headers["ETag"] == tag
    assert "Content-Type" not in headers


def test_what_changed_fails_its_precondition(door: Door) -> None:
    assert fetch(door, video(door), {"If-Match": '"other"'})[0] == 412


def test_head_has_the_headers_and_no_bytes(door: Door) -> None:
    status, headers, body = fetch(door, video(door), method="HEAD")
    assert (status, body) == (200, b"")
    assert headers["Content-Length"] == str(len(CONTENT))


@pytest.mark.parametrize(
    ("suffix", "kind"),
    [("json", "application/json"), ("yaml", "application/yaml"), ("txt", "text/plain")],
)
def test_annotations_download(door: Door, suffix: str, kind: str) -> None:
    answer, _ = door.publish("a")
    status, headers, body = fetch(
        door, getattr(answer.annotation_files, suffix.replace("json", "json_")).url
    )
    assert status == 200
    assert headers["Content-Type"].startswith(kind)
    assert answer.clip_id.encode() in body
    assert headers["ETag"] == f'"{hashlib.sha256(body).hexdigest()}"'


def test_a_camera_in_another_alphabet_has_an_address_too(door: Door) -> None:
    status, headers, body = fetch(door, video(door, camera="Straße #1"))
    assert (status, body) == (200, CONTENT)
    assert "filename*=UTF-8''Stra%C3%9Fe%20%231_" in headers["Content-Disposition"]
    assert headers["Content-Disposition"].isascii()


def test_a_clip_that_expired_is_gone(door: Door) -> None:
    url = video(door)
    (door.root / url[1:]).unlink()
    door.model.fold([statuses.answered("a", stage=Stage.EXPIRED, updated=99)])
    assert fetch(door, url)[0] == 410


def tricks(stem: str) -> list[str]:
    return [
        "../../../etc/passwd",
        "..%2f..%2fetc%2fpasswd",
        "..%252f..%252fetc%252fpasswd",
        "%2e%2e/%2e%2e/etc/passwd",
        "%2fetc%2fpasswd",
        "..\\..\\etc\\passwd",
        "..%5c..%5cetc%5cpasswd",
        ".state/announced",
        "clips.sqlite",
        f"{stem}.mp4%00.txt",
        f"{stem}.mp4%00",
        f"%00{stem}.mp4",
        f"{stem}.mp4/",
        f"{stem}.json",  # an annotation is no video
        f"{stem}.mp4.broken",
        f"{stem}",
        f"./{stem}.exe",
        f"{stem.replace('camera1', 'camera2')}.mp4",
        f"{stem}.mp4%0d%0aSet-Cookie:x=1",
        f"x%2f..%2f{stem}.mp4",
        f"\u2025/{stem}.mp4",
        "a" * 4000,
    ]


@pytest.mark.parametrize("folder", ["videos", "annotations", "posters"])
def test_no_other_file_is_served(door: Door, folder: str) -> None:
    answer, _ = door.publish("a", CONTENT)
    assert answer.video is not None
    found = tricks(Path(answer.video.path).stem)

    async def work(client: Client) -> list[tuple[str, int, bytes, bool]]:
        seen = []
        for trick in found:
            url = client.make_url("/").human_repr() + f"{folder}/{trick}"
            async with client.session.get(URL(url, encoded=True)) as got:
                seen.append((trick, got.status, await got.read(), "Set-Cookie" in got.headers))
        return seen

    seen = door.ask(work)
    own = {f"{Path(answer.video.path).stem}.json"} if folder == "annotations" else set()
    for trick, status, body, injected in seen:
        assert status in ({200} if trick in own else {400, 404}), trick
        assert CONTENT not in body, trick
        assert b"root:" not in body, trick
        assert not injected, trick


@pytest.mark.parametrize(("folder", "suffix"), [("videos", "mp4"), ("annotations", "txt")])
def test_a_link_with_a_published_name_is_not_followed(
    door: Door, tmp_path: Path, folder: str, suffix: str
) -> None:
    stem = Path(video(door)).stem
    secret = tmp_path / "secret"
    secret.write_bytes(CONTENT)
    path = door.root / folder / f"{stem}.{suffix}"
    path.unlink()
    path.symlink_to(secret)
    assert fetch(door, f"/{folder}/{path.name}")[0] == 404


def test_a_link_in_place_of_a_picture_is_neither_read_nor_written_through(
    door: Door, tmp_path: Path
) -> None:
    stem = Path(video(door)).stem
    secret = tmp_path / "secret"
    secret.write_bytes(CONTENT)
    (door.root / "posters").mkdir()
    (door.root / "posters" / f"{stem}.jpg").symlink_to(secret)
    status, _, body = fetch(door, f"/posters/{stem}.jpg")
    assert status == 404  # the video cannot be decoded, so there is no picture
    assert CONTENT not in body
    assert secret.read_bytes() == CONTENT


def test_a_file_that_was_never_published_is_not_served(door: Door) -> None:
    name = f"camera1_20261124_082345_{statuses.clip_id('b')}.mp4"
    (door.root / "videos" / name).write_bytes(b"half a clip")
    assert fetch(door, f"/videos/{name}")[0] == 404
