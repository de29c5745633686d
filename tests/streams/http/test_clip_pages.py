"""The pages for people: what they say of clips, and that whatever others wrote stays text."""

import re
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from html import unescape

import pytest
from multidict import CIMultiDictProxy

from schemas.clip import ClipCompleted
from schemas.clip_settings import Output
from schemas.reason import Outcome, Reason
from schemas.status import Stage
from tests import answers, seed_answers, statuses
from tests.door import Client, Door

Got = tuple[int, "CIMultiDictProxy[str]", str]
SCRIPT = '"><script>alert(1)</script>'


def fetch(door: Door, path: str) -> Got:
    async def work(client: Client) -> Got:
        async with client.get(path) as answer:
            return answer.status, answer.headers, await answer.text()

    return door.ask(work)


def text(door: Door, path: str = "/") -> str:
    """What a reader sees of a page."""
    body = re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", fetch(door, path)[2], flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def store(door: Door, answer: ClipCompleted, name: str = "a") -> str:
    """Publish an answer with its real files; returns the path of its page."""
    prior, status = door.publish(name)
    files = {"clip_id": prior.clip_id, "annotation_files": prior.annotation_files}
    video = prior.video if answer.video else None
    kept = answer.model_copy(update={**files, "video": video, "revision": 2})
    stem = prior.annotation_files.json_.path.split("/")[-1].removesuffix(".json")
    (door.root / "annotations" / f"{stem}.json").write_text(kept.model_dump_json())
    stage = Stage.DONE if video else Stage.FAILED
    change = {"answer": kept, "status": stage, "revision": 2}
    door.model.fold([status.model_copy(update=change)])
    return f"/watch/{prior.clip_id}"


def test_the_list_leads_to_each_clip_its_files_and_its_picture(door: Door) -> None:
    answer, status = door.publish("a", camera="Straße #1")
    _, _, page = fetch(door, "/")
    stem = f"Stra%C3%9Fe%20%231_20261124_082345_{status.clip_id}"
    assert f'href="/watch/{status.clip_id}"' in page
    for link in (f"/videos/{stem}.mp4", f"/annotations/{stem}.txt", f"/posters/{stem}.jpg"):
        assert f'"{link}"' in page
    assert 'loading="lazy"' in page
    assert answer.outcome in text(door)


def test_times_are_those_of_the_camera_with_utc_beside_them(door: Door) -> None:
    door.publish("a")
    _, _, page = fetch(door, "/")
    assert 'title="2026-11-24T08:23:45Z">2026-11-24 09:23:45 CET</time>' in page


def test_files_are_offered_from_here_also_when_others_get_another_address(door: Door) -> None:
    _, status = door.publish("a")
    far = answers.complete("x", b"").model_dump_json().replace('"/', '"https://far.example/x/')
    there = ClipCompleted.model_validate_json(far)
    door.model.fold([status.model_copy(update={"answer": there, "revision": 2})])
    _, _, page = fetch(door, f"/watch/{status.clip_id}")
    assert 'src="/videos/x.mp4"' in page
    assert "far.example" not in page


def test_a_partial_clip_says_in_words_what_is_missing(door: Door) -> None:
    page = store(door, seed_answers.partial())
    assert "2.0 s missing: the recorder was not running." in text(door)
    assert "2025-08-29 16:30:08.500 CEST" in text(door, page)


def test_a_waiting_clip_says_for_what_and_offers_to_look_again(door: Door) -> None:
    door.model.fold([statuses.unanswered("a")])
    assert "Waits for camera1 until 08:23:50.0Z, have nothing yet (UTC)." in text(door)
    assert "Look again" in text(door, f"/watch/{statuses.clip_id('a')}")


@pytest.mark.parametrize("reason", Reason)
def test_a_failed_clip_says_why_and_shows_no_player(door: Door, reason: Reason) -> None:
    door.model.fold([statuses.answered("a", answers.failed("a", reason))])
    path = f"/watch/{statuses.clip_id('a')}"
    assert reason.meaning in text(door)
    assert reason.meaning in text(door, path)
    assert "<video" not in fetch(door, path)[2]


def test_an_expired_clip_offers_no_files(door: Door) -> None:
    door.model.fold([statuses.answered("a", stage=Stage.EXPIRED)])
    for path in ("/", f"/watch/{statuses.clip_id('a')}"):
        assert "expired" in text(door, path)
        assert not re.search(r"/(videos|annotations|posters)/", fetch(door, path)[2])


def test_the_page_of_a_clip_has_player_facts_annotations_and_recordings(door: Door) -> None:
    path = store(door, seed_answers.complete())
    _, _, page = fetch(door, path)
    said = text(door, path)
    assert re.search(r'<video [^>]*src="/videos/[^"]+\.mp4" poster="/posters/[^"]+\.jpg"', page)
    assert '"label": "person"' in said
    assert "camera1/camera1_20250829_143015.mp4" in said
    assert "the incident is 15.0 s from the start" in said
    assert "i-a" in said


def test_a_clip_whose_files_are_gone_still_has_a_page(door: Door) -> None:
    answer, status = door.publish("a")
    (door.root / answer.annotation_files.json_.path).unlink()
    assert "complete" in text(door, f"/watch/{status.clip_id}")


def test_filters_are_kept_from_page_to_page(door: Door) -> None:
    clips = [
        statuses.answered(str(n), at=statuses.AT + timedelta(seconds=n), camera=f"camera{n % 2}")
        for n in range(60)
    ]
    door.model.fold(clips)
    seen, path = [], "/?camera=camera1&outcome="
    while path:
        _, _, page = fetch(door, path)
        seen += re.findall(r'<h2 [^>]*><a href="/watch/([^"]+)"', page)
        assert "<option selected>camera1</option>" in page
        assert "<option >camera0</option>" in page
        older = re.search(r'<a href="([^"]+)" rel="next">', page)
        path = unescape(older[1]) if older else ""
    assert seen == [clip.clip_id for clip in reversed(clips) if clip.camera_id == "camera1"]


def test_other_filters_of_the_interface_work_too_and_are_kept(door: Door) -> None:
    door.model.fold([statuses.answered("a", kind="fire"), statuses.answered("b", kind="theft")])
    _, _, page = fetch(door, "/?type=fire")
    assert page.count("<article") == 1
    assert '<input type="hidden" name="type" value="fire">' in page


def test_nothing_found_is_not_nothing_there(door: Door) -> None:
    door.publish("a")
    assert "Show all clips" in text(door, f"/?outcome={Outcome.FAILED}")


def test_without_incidents_the_page_says_how_to_report_one(door: Door) -> None:
    said = text(door)
    assert "All cameras" not in said
    assert 'curl -X POST http://localhost:8000/clips \\ -H "Content-Type: application/json"' in said
    assert '"timestamp": "2025-11-24T16:00:00Z"' in said
    door.output = Output(root=door.root, base_url="https://clips.example")
    assert "curl -X POST https://clips.example/clips" in text(door)


@pytest.mark.parametrize(
    ("path", "status"),
    [("/?camera=..", 422), ("/?cursor=x", 422), ("/?colour=red", 422), ("/watch/x", 404)],
)
def test_what_goes_wrong_is_a_page_too(door: Door, path: str, status: int) -> None:
    code, headers, page = fetch(door, path)
    assert (code, headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert "/docs/problems#" in page


def test_nothing_is_denied_before_the_topic_has_been_read(door: Door) -> None:
    door.loaded = False
    code, headers, _ = fetch(door, f"/watch/{statuses.clip_id('a')}")
    assert code == 503
    assert "Retry-After" in headers


def test_a_worker_that_is_not_well_says_so_on_its_pages(door: Door) -> None:
    door.facts = replace(door.facts, footage_readable=False)
    assert "the recordings cannot be read" in text(door)


def test_whatever_others_wrote_is_text(door: Door) -> None:
    answer = seed_answers.complete()
    told = answer.incident.model_copy(
        update={"annotations": {SCRIPT: SCRIPT}, "type": SCRIPT, "id": SCRIPT}
    )
    sources = tuple(
        clip.model_copy(update={"file_path": f"a/{SCRIPT}"}) for clip in answer.source_clips
    )
    path = store(door, answer.model_copy(update={"incident": told, "source_clips": sources}))
    hostile = {"camera_id": SCRIPT, "type": SCRIPT, "incident_id": SCRIPT, "waiting_for": SCRIPT}
    door.model.fold([statuses.unanswered("b").model_copy(update=hostile)])
    waits = f"/watch/{statuses.clip_id('b')}"
    for place in (
        "/",
        path,
        waits,
        "/?type=%3Cscript%3E",
        "/?camera=%3Cscript%3E",
        "/watch/%3Cscript%3E",
    ):
        page = fetch(door, place)[2]
        assert "<script" not in page, place
        assert "script" in page, place


def test_what_would_turn_the_order_of_reading_is_written_out(door: Door) -> None:
    door.model.fold([statuses.unanswered("a", kind="gpj\u202e.exe")])
    assert "gpj\\u202e.exe" in text(door)


@pytest.mark.parametrize("path", ["/", "/watch/x", "/docs/problems"])
def test_the_policy_allows_our_own_style_and_no_script(door: Door, path: str) -> None:
    _, headers, page = fetch(door, path)
    policy = headers["Content-Security-Policy"]
    style = re.findall(r"<style>(.*?)</style>", page, flags=re.DOTALL)
    assert len(style) == 1
    assert f"'sha256-{b64encode(sha256(style[0].encode()).digest()).decode()}'" in policy
    assert "default-src 'none'" in policy
    assert not re.search(r"script-src|unsafe|https?:", policy)
    assert not re.search(r'(src|href)="?(https?:)?//| style="| on[a-z]+=', page)


def test_a_clip_in_parts_has_a_player_for_each(door: Door) -> None:
    prior, status = door.publish("a")
    stem = prior.annotation_files.json_.path.split("/")[-1].removesuffix(".json")
    answer = answers.in_parts(stem, b"one", b"three").model_copy(
        update={"clip_id": prior.clip_id, "revision": 2}
    )
    for part, content in zip(answer.parts, (b"one", b"three"), strict=True):
        (door.root / part.path).write_bytes(content)
    (door.root / prior.annotation_files.json_.path).write_text(answer.model_dump_json())
    door.model.fold([status.model_copy(update={"answer": answer, "revision": 2})])
    _, _, page = fetch(door, f"/watch/{prior.clip_id}")
    assert re.findall(r'<video [^>]*src="([^"]+)"', page) == [
        f"/videos/{stem}.1.mp4",
        f"/videos/{stem}.2.mp4",
    ]
    assert page.count(" poster=") == 1
    assert "Picture 2" in text(door, f"/watch/{prior.clip_id}")
    assert "Video 1 Download 1 Video 2 Download 2" in text(door)
