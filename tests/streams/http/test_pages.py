"""Probes, cameras, documents and errors that any address can give."""

import re
from dataclasses import replace
from typing import Any

import orjson
import pytest
from multidict import CIMultiDictProxy
from prometheus_client.parser import text_string_to_metric_families

from processors.errors import ReadModelError
from schemas.camera_report import FootageReport
from schemas.problem import ProblemType
from streams.metrics import NO_CAMERA
from tests.door import Client, Door
from tests.reports import camera

Got = tuple[int, "CIMultiDictProxy[str]", bytes]


def fetch(door: Door, path: str, method: str = "GET") -> Got:
    async def work(client: Client) -> Got:
        async with client.request(method, path) as answer:
            return answer.status, answer.headers, await answer.read()

    return door.ask(work)


def test_health_is_one_object_with_every_check(door: Door) -> None:
    status, headers, body = fetch(door, "/health")
    assert (status, headers["Content-Type"]) == (200, "application/json")
    said = orjson.loads(body)
    assert said["status"] == "ok"
    assert all(said["checks"].values())


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"footage_readable": False}, "degraded"),
        ({"draining": True}, "draining"),
        ({"assigned_partitions": 0}, "starting"),
        ({"statuses_loaded": False}, "starting"),
    ],
)
def test_who_does_not_do_all_of_its_work_is_not_ready_but_alive(
    door: Door, change: dict[str, Any], status: str
) -> None:
    door.facts = replace(door.facts, **change)
    assert fetch(door, "/health")[0] == 503
    code, _, body = fetch(door, "/healthz/ready")
    assert (code, orjson.loads(body)["status"]) == (503, status)
    assert fetch(door, "/healthz/live")[0] == 200


def test_a_worker_that_only_a_restart_can_help_says_so(door: Door) -> None:
    door.alive = False
    assert fetch(door, "/healthz/live")[0] == 503


def test_startup_is_over_when_it_has_started(door: Door) -> None:
    assert fetch(door, "/healthz/startup")[0] == 200
    door.facts = replace(door.facts, started=False)
    assert fetch(door, "/healthz/startup")[0] == 503


def test_cameras_are_listed(door: Door) -> None:
    door.cameras = lambda: FootageReport(cameras=(camera("camera1"),), strangers=0, problems=())
    _, _, body = fetch(door, "/cameras")
    assert orjson.loads(body)["cameras"][0]["newest"] == "2026-11-24T00:00:00Z"


def test_metrics_count_requests_by_route_and_not_by_address(door: Door) -> None:
    async def work(client: Client) -> str:
        for path in ("/clips/a", "/clips/b", "/nowhere"):
            await client.get(path)
        return await (await client.get("/metrics")).text()

    text = door.ask(work)
    assert 'clip_http_requests_total{code="404",method="GET",route="/clips/{clip_id}"} 2.0' in text
    assert 'clip_http_requests_total{code="404",method="GET",route="none"} 1.0' in text


@pytest.mark.parametrize("path", ["/docs", "/docs/problems"])
def test_pages_are_html_and_need_nobody_else(door: Door, path: str) -> None:
    status, headers, body = fetch(door, path)
    assert status == 200
    assert headers["Content-Type"].startswith("text/html")
    assert not re.search(rb'(src|href)="?(https?:)?//', body)


def test_the_parts_of_the_documents_are_served_from_here(door: Door) -> None:
    _, _, page = fetch(door, "/docs")
    for link in re.findall(rb'(?:src|href)="(/[^"]+)"', page):
        status, _, body = fetch(door, link.decode())
        assert status == 200
        assert body


def test_every_problem_type_leads_to_its_explanation(door: Door) -> None:
    _, _, page = fetch(door, "/docs/problems")
    for kind in ProblemType:
        assert f'id="{kind.address.partition("#")[2]}"'.encode() in page


def test_nothing_of_faust_shows(door: Door) -> None:
    for path in ("/router", "/table", "/stats", "/graph", "/performance"):
        assert fetch(door, path)[0] == 404


def test_another_method_is_405_and_says_which_work(door: Door) -> None:
    status, headers, body = fetch(door, "/clips", "DELETE")
    assert status == 405
    assert headers["Allow"] == "GET,HEAD,POST"
    assert b"method_not_allowed" in body


def test_a_fault_of_ours_is_500_and_shows_nothing_of_it(door: Door) -> None:
    def fails() -> FootageReport:
        msg = "secret"
        raise RuntimeError(msg)

    door.cameras = fails
    status, _, body = fetch(door, "/cameras")
    assert status == 500
    assert b"problems#internal" in body
    assert b"secret" not in body


def test_a_list_that_cannot_be_read_is_503(door: Door) -> None:
    door.model.close()
    status, headers, _ = fetch(door, "/clips")
    assert status == 503
    assert "Retry-After" in headers
    with pytest.raises(ReadModelError):
        door.model.get("x")


@pytest.mark.parametrize("path", ["/", "/clips", "/nowhere", "/metrics", "/docs"])
def test_every_answer_has_the_headers_that_keep_browsers_in_check(door: Door, path: str) -> None:
    _, headers, _ = fetch(door, path)
    for name in ("X-Content-Type-Options", "Content-Security-Policy", "Referrer-Policy"):
        assert name in headers


def test_a_camera_name_cannot_break_the_metrics(door: Door) -> None:
    door.metrics.take()
    door.metrics.leave('a"\n\\b', "done")
    text = fetch(door, "/metrics")[2].decode()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    cameras = {sample.labels["camera"] for sample in families["clip_requests"].samples}
    assert cameras == {NO_CAMERA, 'a"\n\\b'}
