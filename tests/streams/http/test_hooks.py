"""POST /hooks/segment: a hint for whatever is well-formed, a problem for the rest."""

import json
from typing import Any

import pytest

from tests.door import Client, Door

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def post(door: Door, body: bytes, kind: str) -> tuple[int, Any]:
    async def work(client: Client) -> tuple[int, Any]:
        headers = {"Content-Type": kind}
        answer = await client.post("/hooks/segment", data=body, headers=headers)
        said = await answer.read()
        return answer.status, json.loads(said) if said else None

    return door.ask(work)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"path":"site/gate-3","segment":"/rec/a b.mp4","duration":5.3}', JSON),
        (b'{"path":"site/gate-3"}', JSON),
        (b"path=site%2Fgate-3&segment=%2Frec%2Fa+b.mp4", FORM),
        (b"path=site/gate-3&segment=", FORM),
    ],
)
def test_a_hint_names_the_camera_to_look_at(door: Door, body: bytes, kind: str) -> None:
    assert post(door, body, kind) == (204, None)
    assert door.hints == ["site/gate-3"]


@pytest.mark.parametrize(
    ("body", "kind", "status", "problem", "names"),
    [
        (b"{", JSON, 400, "malformed", "JSON"),
        (b"[1]", JSON, 422, "invalid", "dict"),
        (b"", JSON, 400, "malformed", "zero bytes"),
        (b"", FORM, 422, "invalid", "path is missing"),
        (b"path", FORM, 400, "malformed", "path=..."),
        (b"path=%ff", FORM, 400, "malformed", "path=..."),
        (b"path=caf\xc3\xa9", FORM, 400, "malformed", "path=..."),
        (b"a=1&" * 20 + b"path=c", FORM, 400, "malformed", "path=..."),
        (b"path=a&path=b", FORM, 422, "invalid", "more than once"),
        (b'{"segment":"x"}', JSON, 422, "invalid", "path is missing (for example 'camera1')"),
        (b'{"path":"../../etc"}', JSON, 422, "invalid", "path = '../../etc'"),
        (b'{"path":"a\\u0000b"}', JSON, 422, "invalid", "path"),
        (b'{"path":5}', JSON, 422, "invalid", "path = 5"),
        (b'{"path":"c"}', "text/plain", 415, "unsupported_media_type", "application/json"),
    ],
)
def test_what_is_no_hint_is_a_problem_that_says_what_to_do(
    door: Door, body: bytes, kind: str, status: int, problem: str, names: str
) -> None:
    answered, said = post(door, body, kind)
    assert (answered, said["type"]) == (status, f"/docs/problems#{problem}")
    assert names in said["detail"]
    assert door.hints == []
