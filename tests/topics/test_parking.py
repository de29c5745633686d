"""A parked incident is the same incident, and remembers where and when it was first reported."""

from topics import codec, parking
from topics.codec import Reported
from topics.names import INCIDENT_BACKFILL, INCIDENT_RETRY
from topics.record import Outgoing, Record

BODY = b'{"camera_id":"camera1","timestamp":"2026-11-24T08:23:45Z"}'
FIRST = Record(INCIDENT_BACKFILL, 3, 7, b"camera1", BODY, (("ce_id", b"e"), ("x", b"y")), 1000)


def arrived(record: Outgoing, timestamp: int = 9999) -> Record:
    return Record(record.topic, 0, 0, record.key, record.value, record.headers, timestamp)


def test_bytes_key_and_headers_are_unchanged() -> None:
    parked = parking.park(FIRST, 1000)

    assert (parked.topic, parked.key, parked.value) == (INCIDENT_RETRY, b"camera1", BODY)
    assert parked.headers[:2] == FIRST.headers


def test_it_is_understood_as_before() -> None:
    first, again = codec.decode(FIRST), codec.decode(arrived(parking.park(FIRST, 1000)))

    assert isinstance(first, Reported)
    assert first == again


def test_it_remembers_its_topic_and_time() -> None:
    again = arrived(parking.park(FIRST, 1000))

    assert parking.origin(again) == INCIDENT_BACKFILL
    assert parking.reported_at(again) == 1000


def test_parked_twice_it_still_remembers_the_first_time() -> None:
    once = arrived(parking.park(FIRST, 1000))
    twice = arrived(parking.park(once, parking.reported_at(once) or 0))

    assert (parking.origin(twice), parking.reported_at(twice)) == (INCIDENT_BACKFILL, 1000)
    assert len(twice.headers) == len(once.headers)


def test_a_producer_cannot_pretend_to_have_been_parked() -> None:
    record = Record(INCIDENT_BACKFILL, 0, 0, None, BODY, (("clip_reported_at", b"1"),), 5000)

    assert parking.origin(record) == INCIDENT_BACKFILL
    assert parking.reported_at(record) == 5000
