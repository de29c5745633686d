"""POST /clips: the same way as any other incident, and answered only when the broker has it."""

import asyncio
import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiohttp import ClientResponse

from processors.window import request
from schemas.settings import Http, Windows
from schemas.status import ClipStatus, Stage
from tests.door import Client, Door, FixedClock
from tests.records import SEED_BODY, incoming
from topics import codec
from topics.names import CLIP_STATUS, INCIDENT_REPORTED

JSON = {"Content-Type": "application/json"}
Answer = tuple[int, dict[str, str], Any]


async def _read(answer: ClientResponse) -> Answer:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return answer.status, headers, json.loads(await answer.read())


def post(door: Door, body: bytes = SEED_BODY, headers: dict[str, str] = JSON) -> Answer:
    async def work(client: Client) -> Answer:
        return await _read(await client.post("/clips", data=body, headers=headers))

    return door.ask(work)


def get(door: Door, path: str) -> Answer:
    async def work(client: Client) -> Answer:
        return await _read(await client.get(path))

    return door.ask(work)


def by_kafka(body: bytes) -> str:
    """The clip id that the same incident gets when it comes over Kafka."""
    said = codec.decode(incoming(body))
    assert isinstance(said, codec.Reported)
    wanted = request(said, FixedClock().now(), ZoneInfo("Europe/Berlin"), Windows())
    assert not isinstance(wanted, codec.Malformed)
    return wanted.clip_id


def test_the_seeds_request_is_accepted(door: Door) -> None:
    status, headers, body = post(door)
    assert status == 202
    assert body == {
        "clip_id": by_kafka(SEED_BODY),
        "status": "pending",
        "message": "Clip request submitted successfully",
    }
    assert headers["location"] == f"/clips/{body['clip_id']}"


def test_the_incident_goes_to_the_topic_as_it_came(door: Door) -> None:
    post(door, headers=JSON | {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"})
    (record,) = door.broker.of(INCIDENT_REPORTED)
    assert record.key == b"camera1"
    assert record.value == SEED_BODY
    assert dict(record.headers)["traceparent"] == f"00-{'a' * 32}-{'b' * 16}-01".encode()


def test_pending_is_said_before_the_incident_so_that_it_never_has_the_last_word(door: Door) -> None:
    post(door)
    assert [record.topic for record in door.broker.sent] == [CLIP_STATUS, INCIDENT_REPORTED]
    said = ClipStatus.model_validate_json(door.broker.sent[0].value or b"")
    assert said.status is Stage.PENDING


def test_the_clip_can_be_asked_for_at_once(door: Door) -> None:
    _, headers, _ = post(door)
    status, _, body = get(door, headers["location"])
    assert (status, body["status"]) == (200, "pending")
    assert body["start_time"] == "2025-08-29T12:30:00Z"  # the wall of Berlin
    assert body["end_time"] == "2025-08-29T12:30:20Z"
    assert body["download_url"] is None


def test_the_same_again_is_the_same_clip_and_says_nothing_new_of_it(door: Door) -> None:
    first, second = post(door), post(door)
    assert first[2]["clip_id"] == second[2]["clip_id"]
    assert len(door.broker.of(INCIDENT_REPORTED)) == 2
    assert len(door.broker.of(CLIP_STATUS)) == 1


def test_an_idempotency_key_is_the_incidents_id(door: Door) -> None:
    status, _, body = post(door, headers=JSON | {"Idempotency-Key": "alarm 7"})
    tree = json.loads(SEED_BODY) | {"incident_id": "alarm 7"}
    assert (status, body["clip_id"]) == (202, by_kafka(json.dumps(tree).encode()))
    (record,) = door.broker.of(INCIDENT_REPORTED)
    assert json.loads(record.value or b"") == tree


@pytest.mark.parametrize("key", ["", "a" * 257, "caf\u0081"])
def test_an_unusable_idempotency_key_is_refused(door: Door, key: str) -> None:
    status, _, body = post(door, headers=JSON | {"Idempotency-Key": key})
    assert (status, body["type"]) == (422, "/docs/problems#invalid")


def test_a_key_that_is_not_the_incidents_own_id_is_refused(door: Door) -> None:
    body = json.dumps(json.loads(SEED_BODY) | {"incident_id": "a"}).encode()
    assert post(door, body, JSON | {"Idempotency-Key": "b"})[0] == 422
    assert post(door, body, JSON | {"Idempotency-Key": "a"})[0] == 202


def test_a_key_used_for_another_window_is_refused(door: Door) -> None:
    headers = JSON | {"Idempotency-Key": "k"}
    post(door, SEED_BODY, headers)
    other = SEED_BODY.replace(b"14:30:15", b"15:30:15")
    status, _, body = post(door, other, headers)
    assert (status, body["type"]) == (422, "/docs/problems#key_reused")


def test_big_numbers_keep_their_digits_under_a_key(door: Door) -> None:
    number = 2**80 + 1
    body = json.dumps(json.loads(SEED_BODY) | {"annotations": {"n": number}}).encode()
    post(door, body, JSON | {"Idempotency-Key": "k"})
    (record,) = door.broker.of(INCIDENT_REPORTED)
    assert json.loads(record.value or b"")["annotations"]["n"] == number


@pytest.mark.parametrize(
    ("body", "status", "kind", "names"),
    [
        (b"{", 400, "malformed", "JSON"),
        (b"", 400, "malformed", "JSON"),
        (b"[1]", 400, "malformed", "JSON object"),
        (b"\xff\xfe", 400, "malformed", "JSON"),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, 400, "malformed", "JSON"),
        (b'{"timestamp":"2025-08-29T14:30:15"}', 422, "invalid", "camera_id is missing"),
        (
            b'{"camera_id":"../../etc","timestamp":"2025-08-29T14:30:15"}',
            422,
            "invalid",
            "camera_id = '../../etc'",
        ),
        (b'{"camera_id":"c","timestamp":"soon"}', 422, "invalid", "timestamp = 'soon'"),
        (
            b'{"camera_id":"c","timestamp":"2025-08-29T14:30:15","duration":1e9}',
            422,
            "too_long",
            "windows.max_length",
        ),
        (
            b'{"camera_id":"c","timestamp":"2025-03-30T02:30:00"}',
            422,
            "no_such_time",
            "Europe/Berlin",
        ),
        (b'{"camera_id":"c","timestamp":"2999-01-01T00:00:00Z"}', 422, "in_future", "max_ahead"),
        (
            b'{"camera_id":"c","timestamp":"2025-08-29T14:30:15","duration":5,"before":1}',
            422,
            "invalid",
            "duration",
        ),
    ],
)
def test_what_can_never_be_a_clip_is_a_problem_that_says_what_to_do(
    door: Door, body: bytes, status: int, kind: str, names: str
) -> None:
    answered, headers, problem = post(door, body)
    assert (answered, problem["type"]) == (status, f"/docs/problems#{kind}")
    assert headers["content-type"].startswith("application/problem+json")
    assert names in problem["detail"]
    assert problem["status"] == status
    assert problem["instance"] == "/clips"
    assert not door.broker.sent


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_other_sites_forms_are_not_read(door: Door, kind: str) -> None:
    status, _, body = post(door, headers={"Content-Type": kind})
    assert (status, body["type"]) == (415, "/docs/problems#unsupported_media_type")


def test_a_body_over_the_limit_is_refused(door: Door) -> None:
    body = b'{"annotations":{"x":"' + b"a" * 300_000 + b'"}}'
    status, _, problem = post(door, body)
    assert (status, problem["type"]) == (413, "/docs/problems#too_large")


def test_a_body_that_does_not_come_is_not_waited_for(door: Door) -> None:
    door.http = Http(body_timeout=0.05)

    async def work(client: Client) -> int:
        async def never() -> Any:
            yield b'{"camera_id":'
            await asyncio.sleep(5)
            yield b'"c"}'

        answer = await client.post("/clips", data=never(), headers=JSON)
        return answer.status

    assert door.ask(work) == 408


def test_without_the_broker_it_is_503_with_a_time_to_come_back(door: Door) -> None:
    door.http = Http(ack_timeout=0.05)
    door.broker.away = True
    status, headers, body = post(door)
    assert (status, body["type"]) == (503, "/docs/problems#broker_away")
    assert headers["retry-after"] == "5"


def test_what_the_broker_has_not_got_is_not_listed(door: Door) -> None:
    door.http = Http(ack_timeout=0.05)
    door.broker.away = True
    post(door)
    assert get(door, "/clips")[2]["clips"] == []


def test_a_worker_that_comes_or_goes_takes_nothing(door: Door) -> None:
    door.accepting = False
    status, headers, body = post(door)
    assert (status, body["type"]) == (503, "/docs/problems#not_ready")
    assert "retry-after" in headers
