"""Which earlier incidents a replay sends."""

import json

import pytest

from processors.answer import stem_of
from processors.footage.setup import Setups
from processors.replaying import Chooser, Wish, replay_id
from processors.window import request
from schemas.settings import Windows
from topics.cloudevents import ReplayMode
from topics.codec import Reported, decode
from topics.record import Record

MINUTE = 60 * 10**9
START = 1_795_500_000 * 10**9


def record(number: int, **changes: object) -> Record:
    """Reported in minute `number`."""
    said = {
        "camera_id": "camera1",
        "timestamp": "2026-11-24T08:00:00Z",
        "incident_id": f"i{number}",
    }
    value = json.dumps(said | changes).encode()
    return Record("incident.reported.v1", 0, number, None, value, (), START + number * MINUTE)


def stem(of: Record) -> str:
    said = decode(of)
    assert isinstance(said, Reported)
    setup = Setups().of("camera1")
    wanted = request(said, 0, setup.zone, Windows())
    assert not hasattr(wanted, "message")
    return stem_of(wanted)


def chooser(wish: Wish, *answered: Record) -> Chooser:
    stems = {stem(of) for of in answered}
    return Chooser(wish, Setups(), Windows(), stems.__contains__)


def chosen(of: Chooser, *records: Record) -> list[int]:
    return [one.offset for one in records if of.takes(one)]


def test_only_what_was_reported_in_the_time_its_start_included_its_end_not() -> None:
    wish = Wish(since=START + MINUTE, until=START + 3 * MINUTE)
    assert chosen(chooser(wish), *map(record, range(5))) == [1, 2]


@pytest.mark.parametrize(
    ("mode", "expected"), [(None, [1]), (ReplayMode.REPUBLISH, [0]), (ReplayMode.FORCE, [0, 1])]
)
def test_answers_decide_by_the_mode(mode: ReplayMode | None, expected: list[int]) -> None:
    of = chooser(Wish(mode=mode), record(0))
    assert chosen(of, record(0), record(1)) == expected
    assert of.forecast.answered == 2 - len(expected)


def test_camera_and_type() -> None:
    records = [
        record(0, type="fire"),
        record(1, type="theft"),
        record(2, type="fire", camera_id="camera2"),
    ]
    of = chooser(Wish(camera="camera1", type="fire"))
    assert chosen(of, *records) == [0]
    assert (of.forecast.chosen, of.forecast.not_wanted) == (1, 2)


def test_what_is_no_incident_is_counted_and_the_first_are_told() -> None:
    of = chooser(Wish())
    bad = [Record("t", 3, n, None, b"{", (), START) for n in range(9)]
    assert chosen(of, *bad, record(1, before=-1)) == []
    assert of.forecast.unreadable == 10
    assert len(of.forecast.faults) == 5
    assert of.forecast.faults[0].startswith("3/0: the value")


def test_the_forecast_tells_cameras_and_span() -> None:
    of = chooser(Wish())
    chosen(
        of,
        record(0, timestamp="2026-11-24T09:00:00Z"),
        record(1),
        record(2, camera_id="camera2"),
    )
    assert of.forecast.cameras == {"camera1": 2, "camera2": 1}
    assert of.forecast.first is not None
    assert of.forecast.last == of.forecast.first + 60 * MINUTE


def test_the_same_question_is_the_same_replay_and_asked_again_another() -> None:
    asked = {"from": "a", "to": "b"}
    assert replay_id(asked, 1) == replay_id(dict(reversed(asked.items())), 1)
    assert len({replay_id(asked, 1), replay_id(asked, 2), replay_id(asked | {"to": "c"}, 1)}) == 3
