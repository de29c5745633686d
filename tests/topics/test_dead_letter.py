from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from schemas.reason import DeadLetterReason
from tests.records import incoming
from topics.codec import Malformed
from topics.dead_letter import CONTEXT, DeadLetter, Origin, unwrap, wrap
from topics.record import Outgoing, Record

WHY = Malformed(DeadLetterReason.INVALID, "before = -5 should be greater than or equal to 0")
AT = 1_764_059_025_000_000_000
NAMES = st.text(st.characters(codec="utf-8")).filter(lambda name: name not in CONTEXT)
RECORDS = st.builds(
    Record,
    topic=st.sampled_from(["incident.reported.v1", "incident.backfill.v1"]),
    partition=st.integers(0, 1000),
    offset=st.integers(0, 2**63 - 1),
    key=st.none() | st.binary(),
    value=st.none() | st.binary(),
    headers=st.lists(st.tuples(NAMES, st.none() | st.binary())).map(tuple),
    timestamp=st.none() | st.integers(0, 2**62),
)


def read_back(sent: Outgoing, *, partition: int = 0, offset: int = 0) -> Record:
    """What a reader of the dead-letter topic gets."""
    return Record(sent.topic, partition, offset, sent.key, sent.value, sent.headers, sent.timestamp)


def opened(sent: Outgoing) -> DeadLetter:
    letter = unwrap(read_back(sent))
    assert letter is not None
    return letter


def test_the_record_is_unchanged_and_its_context_is_text() -> None:
    record = incoming(b"\xff\x00", (("a", b"\x00"), ("a", None)))
    sent = wrap(record, WHY, AT, "1.2.3")
    assert sent.topic == "incident.reported.v1.dlq"
    assert (sent.key, sent.value, sent.timestamp) == (record.key, record.value, record.timestamp)
    assert sent.headers[:2] == record.headers
    assert dict(sent.headers[2:]) == {
        "__connect.errors.topic": b"incident.reported.v1",
        "__connect.errors.partition": b"3",
        "__connect.errors.offset": b"41",
        "__connect.errors.exception.message": WHY.message.encode(),
        "clip_dlq_reason": b"invalid",
        "clip_dlq_at": b"2025-11-25T08:23:45Z",
        "clip_dlq_version": b"1.2.3",
    }


@given(record=RECORDS, message=st.text(st.characters(codec="utf-8"), max_size=1024))
def test_unwrap_is_the_inverse_of_wrap(record: Record, message: str) -> None:
    letter = opened(wrap(record, replace(WHY, message=message), AT, "1"))
    assert letter.origin == Origin(record.topic, record.partition, record.offset)
    assert (letter.reason, letter.message, letter.version) == ("invalid", message, "1")
    assert letter.original == Outgoing(
        record.topic, record.key, record.value, record.headers, record.timestamp
    )


def test_a_second_death_keeps_the_first_origin_and_says_the_rest_anew() -> None:
    first = wrap(incoming(b"{"), WHY, AT, "1")
    again = replace(read_back(first, partition=9, offset=99), topic="incident.backfill.v1")
    letter = opened(wrap(again, Malformed(DeadLetterReason.MALFORMED, "new"), AT, "2"))
    assert letter.origin == Origin("incident.reported.v1", 3, 41)
    assert (letter.reason, letter.message, letter.version) == ("malformed", "new", "2")
    assert letter.original.headers == ()


def test_an_origin_that_is_not_whole_is_none() -> None:
    record = incoming(
        b"{", (("__connect.errors.topic", b"other"), ("__connect.errors.offset", b""))
    )
    assert unwrap(record) is None
    assert opened(wrap(record, WHY, AT, "1")).origin == Origin("incident.reported.v1", 3, 41)


def test_a_long_message_is_cut() -> None:
    letter = opened(wrap(incoming(b"{"), replace(WHY, message="x" * 5000), AT, "1"))
    assert len(letter.message) == 1024
    assert letter.message.endswith("...")
