from hypothesis import given
from hypothesis import strategies as st

from schemas.reason import DeadLetterReason
from tests.records import incoming
from topics.codec import Malformed
from topics.dead_letter import wrap
from topics.record import Headers, Outgoing, Record
from topics.redriving import Places, Refused, redriven

HEADERS: Headers = (("ce_id", b"e-1"), ("ce_id", b"e-2"))


def letter(
    offset: int = 7, reason: DeadLetterReason = DeadLetterReason.FAULT, topic: str | None = None
) -> Record:
    original = incoming(b"\xff", HEADERS, topic=topic or "incident.reported.v1")
    sent = wrap(original, Malformed(reason, "why"), 0, "1")
    return Record(sent.topic, 3, offset, sent.key, sent.value, sent.headers, sent.timestamp)


def test_the_original_goes_back_unchanged_but_for_its_time_stamp() -> None:
    back = redriven(letter(), Places({}), None)
    assert back == Outgoing("incident.reported.v1", b"camera1", b"\xff", HEADERS)


def test_only_what_died_of_the_reason_is_chosen() -> None:
    assert redriven(letter(), Places({}), "fault") is not None
    assert redriven(letter(), Places({}), "invalid") is None


def test_what_was_redriven_is_not_chosen_again_whichever_redrive_it_was() -> None:
    assert redriven(letter(7), Places({3: 8}), "fault") is None
    assert redriven(letter(7), Places({}, {"fault": {3: 8}}), None) is None
    assert redriven(letter(8), Places({3: 8}, {"fault": {3: 8}}), None) is not None
    assert redriven(letter(7), Places({4: 8}, {"invalid": {3: 8}}), "fault") is not None


def test_a_letter_without_origin_or_from_elsewhere_is_refused() -> None:
    stranger = Record("incident.reported.v1.dlq", 3, 7, None, b"x")
    elsewhere = letter(topic="bank.transfers")
    for record, told in [(stranger, "no origin"), (elsewhere, "no topic of ours")]:
        refused = redriven(record, Places({}), None)
        assert isinstance(refused, Refused)
        assert told in refused.why
        assert "3/7" in refused.why


@given(
    places=st.builds(
        Places,
        st.dictionaries(st.integers(0, 2), st.integers(0, 9)),
        st.dictionaries(
            st.sampled_from(["fault", "invalid"]),
            st.dictionaries(st.integers(0, 2), st.integers(0, 9)),
        ),
    ),
    partition=st.integers(0, 2),
    offset=st.integers(0, 9),
    reason=st.sampled_from([None, "fault", "invalid"]),
)
def test_a_redrive_that_begins_at_its_start_misses_nothing(
    places: Places, partition: int, offset: int, reason: str | None
) -> None:
    if offset < places.start(partition, reason):
        record = Record("x", partition, offset, None, None)
        assert places.is_behind(record, reason or "fault") or reason is None
        if reason is None:
            assert places.is_behind(record, "anything")
