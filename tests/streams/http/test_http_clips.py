"""GET /clips and GET /clips/{id}: what became of the incidents."""

import json
from datetime import timedelta
from typing import Any

import pytest

from schemas.reason import Reason
from schemas.status import Stage
from tests import answers, statuses
from tests.door import Client, Door
from tests.statuses import AT

Page = tuple[int, dict[str, str], Any]


def get(door: Door, path: str) -> Page:
    async def work(client: Client) -> Page:
        answer = await client.get(path)
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return answer.status, headers, json.loads(await answer.read())

    return door.ask(work)


def test_a_clip_that_is_done_has_everything_that_a_client_needs(door: Door) -> None:
    answer, _ = door.publish("a")
    status, headers, body = get(door, f"/clips/{answer.clip_id}")
    assert status == 200
    assert headers["content-type"] == "application/json"
    assert body["status"] == "done"
    assert body["outcome"] == "complete"
    assert body["reason"] is None
    assert body["camera_id"] == "camera1"
    assert body["download_url"] == answer.video.download_url if answer.video else None
    assert set(body["annotation_urls"]) == {"json", "yaml", "txt"}
    assert body["created_at"] < body["completed_at"]
    assert body["coverage"] == 1.0


def test_a_clip_that_waits_says_for_what(door: Door) -> None:
    door.model.fold([statuses.unanswered("a")])
    _, _, body = get(door, f"/clips/{statuses.clip_id('a')}")
    assert body["waiting_for"] == "camera1 until 08:23:50.0Z, have nothing yet"
    assert (body["status"], body["outcome"], body["completed_at"]) == ("waiting", None, None)


def test_a_clip_that_failed_says_why_and_has_no_address(door: Door) -> None:
    answer = answers.failed("a", Reason.UNKNOWN_CAMERA)
    door.model.fold([statuses.answered("a", answer)])
    _, _, body = get(door, f"/clips/{statuses.clip_id('a')}")
    assert (body["status"], body["reason"]) == ("failed", "unknown_camera")
    assert body["download_url"] is None


def test_a_clip_that_expired_has_no_address_any_more(door: Door) -> None:
    door.model.fold([statuses.answered("a", stage=Stage.EXPIRED)])
    _, _, body = get(door, f"/clips/{statuses.clip_id('a')}")
    assert (body["status"], body["outcome"]) == ("expired", "complete")
    assert body["download_url"] is None
    assert body["annotation_urls"] is None


@pytest.mark.parametrize(
    "name", ["00000000-0000-0000-0000-000000000000", "x", "..%2f..%2fetc", "%00", "a%0d%0aX: y"]
)
def test_an_unknown_clip_is_404(door: Door, name: str) -> None:
    status, headers, body = get(door, f"/clips/{name}")
    assert (status, body["type"]) == (404, "/docs/problems#not_found")
    assert "x" not in headers


def test_nothing_is_denied_before_the_topic_has_been_read(door: Door) -> None:
    door.loaded = False
    answer, _ = door.publish("a")
    assert get(door, f"/clips/{answer.clip_id}")[0] == 200
    status, headers, body = get(door, f"/clips/{statuses.clip_id('b')}")
    assert (status, body["type"]) == (503, "/docs/problems#not_ready")
    assert "retry-after" in headers
    assert get(door, "/clips")[0] == 503


def test_pages_follow_each_other_by_link_and_by_next(door: Door) -> None:
    clips = [statuses.answered(str(n), at=AT + timedelta(seconds=n)) for n in range(25)]
    door.model.fold(clips)
    path, seen = "/clips?camera=camera1&limit=10", []
    for _ in range(3):
        _, headers, body = get(door, path)
        seen += [clip["clip_id"] for clip in body["clips"]]
        if body["next"]:
            assert headers["link"] == f'<{body["next"]}>; rel="next"'
            path = body["next"]
    assert seen == [clip.clip_id for clip in reversed(clips)]
    assert body["next"] is None
    assert "link" not in headers


def test_filters_are_times_of_the_incident_in_the_configured_zone(door: Door) -> None:
    door.model.fold([statuses.answered("a", at=AT)])
    assert len(get(door, "/clips?from=2026-11-24T09:23:45&to=2026-11-24T09:23:46")[2]["clips"]) == 1
    assert not get(door, "/clips?from=2026-11-24T08:23:45&to=2026-11-24T08:23:46")[2]["clips"]
    assert get(door, "/clips?from=2026-11-24T08:23:45Z&to=2026-11-24T08:23:46Z")[2]["clips"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=many", "limit"),
        ("status=ready", "status"),
        ("outcome=good", "outcome"),
        ("from=yesterday", "from"),
        ("from=2026-10-25T02:30:00", "offset"),
        ("from=0001-01-01T00:00:00", "from"),
        ("from=2026-11-24T09:00:00Z&to=2026-11-24T08:00:00Z", "swap"),
        ("cursor=xx", "cursor"),
        ("camera=../etc", "camera"),
        ("camra=camera1", "camra"),
        ("limit=1&limit=2", "limit"),
        ("type=%00", "type"),
    ],
)
def test_a_filter_that_cannot_be_used_is_refused(door: Door, query: str, names: str) -> None:
    status, _, body = get(door, f"/clips?{query}")
    assert (status, body["type"]) == (422, "/docs/problems#invalid")
    assert names in body["detail"]
