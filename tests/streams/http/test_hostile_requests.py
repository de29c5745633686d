"""Requests that are well-formed and mean harm: too deep, too large, or made to forge an answer."""

import json
from collections.abc import AsyncIterator

import pytest
from multidict import CIMultiDictProxy
from yarl import URL

from tests import statuses
from tests.door import Client, Door

Got = tuple[int, "CIMultiDictProxy[str]", bytes]
INCIDENT = {"camera_id": "camera1", "timestamp": "2025-08-29T14:30:15"}
JSON = {"Content-Type": "application/json"}


def post(door: Door, path: str, data: bytes | AsyncIterator[bytes]) -> Got:
    async def work(client: Client) -> Got:
        async with client.post(path, data=data, headers=JSON) as answer:
            return answer.status, answer.headers, await answer.read()

    return door.ask(work)


def get(door: Door, path: str) -> Got:
    async def work(client: Client) -> Got:
        url = URL(client.make_url("/").human_repr() + path.lstrip("/"), encoded=True)
        async with client.session.get(url) as answer:
            return answer.status, answer.headers, await answer.read()

    return door.ask(work)


def nested(depth: int) -> bytes:
    deep = b'{"a":' * depth + b"1" + b"}" * depth
    return json.dumps(INCIDENT).encode()[:-1] + b', "annotations": ' + deep + b"}"


@pytest.mark.parametrize("path", ["/clips", "/hooks/segment"])
@pytest.mark.parametrize(
    "body",
    [b"[" * 200_000, b'{"a":' * 40_000, nested(100), nested(20_000)],
    ids=["arrays", "objects", "annotations", "deep annotations"],
)
def test_what_nests_too_deep_is_refused(door: Door, path: str, body: bytes) -> None:
    status, _, answer = post(door, path, body)
    assert status in {400, 422}
    assert b"/docs/problems#" in answer
    assert not door.broker.sent
    assert not door.hints


@pytest.mark.parametrize("path", ["/clips", "/hooks/segment"])
def test_a_body_that_does_not_say_how_large_it_is_is_read_up_to_the_limit(
    door: Door, path: str
) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b'{"camera_id": "camera1", "annotations": {"a": "'
        for _ in range(door.http.max_body // 1024 + 1):
            yield b"a" * 1024

    status, _, answer = post(door, path, endless())
    assert status == 413
    assert b"too_large" in answer
    assert not door.broker.sent


@pytest.mark.parametrize("name", ["camera", "type", "cursor", "from", "outcome"])
def test_a_filter_cannot_become_a_header(door: Door, name: str) -> None:
    door.model.fold([statuses.answered(str(number), kind="a") for number in range(3)])
    for page in ("/clips?limit=1&", "/?limit=1&"):
        status, headers, body = get(door, f"{page}{name}=a%0d%0aSet-Cookie:%20x=1%0d%0a%0d%0a<p>")
        assert status == 422
        assert "Set-Cookie" not in headers
        assert b"<p>x" not in body


def test_a_type_that_is_kept_in_the_link_stays_within_it(door: Door) -> None:
    kind = 'a>; rel="next", <https://evil.example'
    door.model.fold([statuses.answered(str(number), kind=kind) for number in range(3)])
    _, headers, _ = get(
        door, f"/clips?limit=1&type={URL.build(path=kind).raw_path}".replace(";", "%3B")
    )
    assert headers["Link"].count("<") == headers["Link"].count(">") == 1
    assert headers["Link"].startswith("</clips?")
