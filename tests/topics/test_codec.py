import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.incident import Incident, Precision
from schemas.reason import DeadLetterReason
from tests.records import SEED_BODY, incoming
from topics.codec import Ignored, Malformed, Reported, decode
from topics.record import Headers

VALID = b'{"camera_id":"alpha","timestamp":"2026-01-01T00:00:00Z"}'
TRACE = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
BINARY: Headers = (
    ("content-type", b"application/json"),
    ("ce_specversion", b"1.0"),
    ("ce_id", b"e-1"),
    ("ce_source", b"/detector/7"),
    ("ce_type", b"incident.reported.v1"),
)


def reported(value: bytes, headers: Headers = ()) -> Reported:
    got = decode(incoming(value, headers))
    assert isinstance(got, Reported), got
    return got


def malformed(value: bytes, headers: Headers = ()) -> Malformed:
    got = decode(incoming(value, headers))
    assert isinstance(got, Malformed), got
    return got


def with_field(**fields: object) -> bytes:
    return json.dumps(json.loads(VALID) | fields).encode()


def structured(**attributes: object) -> bytes:
    envelope = {"specversion": "1.0", "id": "e-1", "source": "/detector/7", "type": "x"}
    return json.dumps(envelope | attributes).encode()


STRUCTURED: Headers = (("content-type", b"application/cloudevents+json; charset=utf-8"),)


def test_bare_json_is_an_incident_without_an_envelope() -> None:
    got = reported(SEED_BODY)
    assert got.incident.camera_id == "camera1"
    assert got.incident.timestamp == datetime(2025, 8, 29, 14, 30, 15)  # noqa: DTZ001  (naive)
    assert got.incident.rolls == (15.0, 5.0)
    assert (got.incident_id, got.source, got.envelope.carried) == (None, "", ())


def test_binary_mode_gives_id_and_source_from_the_headers() -> None:
    got = reported(VALID, BINARY)
    assert (got.incident_id, got.source) == ("e-1", "/detector/7")


def test_the_incidents_own_id_wins_over_the_events() -> None:
    got = reported(with_field(incident_id="mine"), BINARY)
    assert (got.incident_id, got.envelope.id, got.source) == ("mine", "e-1", "/detector/7")


def test_structured_mode_gives_the_same() -> None:
    got = reported(structured(data=json.loads(VALID)), STRUCTURED)
    assert (got.incident_id, got.source, got.incident.camera_id) == ("e-1", "/detector/7", "alpha")


def test_structured_mode_with_base64_data() -> None:
    got = reported(structured(data_base64=base64.b64encode(VALID).decode()), STRUCTURED)
    assert got.incident.camera_id == "alpha"


def test_a_structured_event_whose_content_type_was_lost_is_still_one() -> None:
    assert reported(structured(data=json.loads(VALID))).incident_id == "e-1"


def test_content_type_decides_before_the_headers() -> None:
    other: Headers = (*STRUCTURED, ("ce_specversion", b"1.0"), ("ce_id", b"header"))
    assert reported(structured(data=json.loads(VALID)), other).incident_id == "e-1"


def test_header_names_match_in_any_case() -> None:
    headers: Headers = (("Content-Type", b"Application/CloudEvents+JSON"),)
    assert reported(structured(data=json.loads(VALID)), headers).incident_id == "e-1"


@pytest.mark.parametrize(
    "kind", [b"application/cloudevents+avro", b"application/cloudevents-batch"]
)
def test_an_event_format_that_we_do_not_read_is_malformed_and_says_so(kind: bytes) -> None:
    got = malformed(VALID, (("content-type", kind),))
    assert kind.decode() in got.message
    assert "application/cloudevents+json" in got.message


@pytest.mark.parametrize(
    "value",
    [
        b"[]",
        b'"text"',
        structured(),
        structured(data="text"),
        structured(data_base64="%%%"),
        structured(data_base64=base64.b64encode(b"{").decode()),
        structured(data_base64=7),
    ],
)
def test_a_structured_event_without_an_object_in_it_is_malformed(value: bytes) -> None:
    assert malformed(value, STRUCTURED).reason is DeadLetterReason.MALFORMED


def test_trace_context_is_carried_as_it_came() -> None:
    headers: Headers = (("traceparent", TRACE), ("tracestate", b"a=b"), ("ce_traceparent", TRACE))
    assert set(reported(VALID, headers).envelope.carried) == set(headers)


def test_trace_context_of_a_structured_event_is_carried() -> None:
    got = reported(structured(data=json.loads(VALID), traceparent=TRACE.decode()), STRUCTURED)
    assert got.envelope.carried == (("ce_traceparent", TRACE),)


@pytest.mark.parametrize("junk", [b"", b"00-zz", b"\xff\xfe", b"x" * 100_000, TRACE + b"\n"])
def test_broken_trace_context_is_not_carried_and_harms_nobody(junk: bytes) -> None:
    assert reported(VALID, (("traceparent", junk), ("tracestate", b"\x00"))).envelope.carried == ()


def test_a_correlation_id_is_read_from_either_mode() -> None:
    binary = reported(VALID, (*BINARY, ("ce_correlationid", b"story-9")))
    struct = reported(structured(data=json.loads(VALID), correlationid="story-9"), STRUCTURED)
    assert binary.envelope.correlation_id == struct.envelope.correlation_id == "story-9"


def test_a_tombstone_is_ignored() -> None:
    assert isinstance(decode(incoming(None)), Ignored)
    assert isinstance(decode(incoming(None, BINARY)), Ignored)


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b"1",
        b"true",
        b'"text"',
        b"[" * 20_000,
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"x" * 200_000,
        bytes(range(256)) * 4096,
        b"9" * 1_000_000,
        b'{"camera_id":"alpha","timestamp":"2026-01-01T00:00:00Z","before":NaN}',
        b'{"camera_id":"alpha","timestamp":"2026-01-01T00:00:00Z","after":-Infinity}',
        b'{"camera_id":"alpha\\ud800","timestamp":"2026-01-01T00:00:00Z"}',
        b'{"camera_id":"alpha\xed\xa0\x80","timestamp":"2026-01-01T00:00:00Z"}',
        b'{"camera_id":"alpha","timestamp":"2026-01-01T00:00:00Z","x":' + b"9" * 5000 + b"}",
        VALID.decode().encode("utf-16"),
        VALID + VALID,
    ],
    ids=lambda value: repr(value[:12]),
)
def test_what_is_no_json_object_is_malformed(value: bytes) -> None:
    got = malformed(value)
    assert got.reason is DeadLetterReason.MALFORMED
    assert "send a" in got.message
    assert len(got.message) < 400


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (b'{"camera_id":"alpha"}', "timestamp is missing (for example '2026-11-24T08:23:45.500Z')"),
        (b'{"timestamp":"2026-01-01T00:00:00Z"}', "camera_id is missing (for example 'camera1')"),
        (b"{}", "camera_id is missing"),
        (with_field(camera_id=None), "camera_id is missing"),
        (with_field(camera_id=""), "camera_id is missing"),
        (with_field(camera_id="../../etc"), "camera_id = '../../etc' is no camera name: use "),
        (with_field(camera_id="/etc"), "camera_id = '/etc' is no camera name"),
        (with_field(camera_id="a//b"), "is no camera name"),
        (with_field(camera_id="a/./b"), "is no camera name"),
        (with_field(camera_id="a\\..\\b"), "is no camera name"),
        (with_field(camera_id="a\0"), "is no camera name"),
        (with_field(camera_id="a\n"), "is no camera name"),
        (with_field(camera_id="-rf"), "is no camera name"),
        (with_field(camera_id=" a"), "is no camera name"),
        (with_field(camera_id="a/" * 500_000), "at most 160 bytes"),
        (with_field(camera_id=["a"]), "camera_id = ['a'] should be a valid string"),
        (with_field(camera_id=True), "camera_id = True should be a valid string"),
        (with_field(timestamp="yesterday"), "timestamp = 'yesterday' is no time: write RFC 3339"),
        (with_field(timestamp=1767225600), "timestamp = 1767225600 is no time: write RFC 3339"),
        (with_field(timestamp="1767225600"), "is no time"),
        (with_field(timestamp="2026-02-30T00:00:00Z"), "is no time"),
        (with_field(timestamp="2026-01-01T25:00:00Z"), "is no time"),
        (with_field(timestamp="0000-01-01T00:00:00Z"), "is no time"),
        (with_field(timestamp="٢٠٢٦-01-01T00:00:00Z"), "is no time"),
        (with_field(timestamp="2026-01-01"), "is no time"),
        (with_field(timestamp="2026-01-01T00:00:00+99:99"), "is no time"),
        (with_field(end_timestamp="later"), "end_timestamp = 'later' is no time"),
        (
            with_field(before=-5),
            "before = -5 should be greater than or equal to 0 (for example 15)",
        ),
        (with_field(before="long"), "before = 'long' should be a valid number"),
        (with_field(before=True), "before = True must be a number, not true or false"),
        (with_field(before="nan"), "before = 'nan' should be"),
        (VALID[:-1] + b',"before":1e999}', "before = inf should be a finite number"),
        (
            with_field(after=10**400),
            "after = 1000000000000000000000000000000000000000... should be",
        ),
        (with_field(duration=0), "duration = 0 should be greater than 0"),
        (with_field(duration=20, before=5), "duration stands alone: leave it out"),
        (with_field(duration=20, after=0), "duration stands alone"),
        (with_field(before=0, after=0), "ask for more than 0 seconds"),
        (with_field(precision="frames"), "precision = 'frames' should be 'segments' or 'exact'"),
        (with_field(incident_id="x" * 257), "incident_id = 'xxxxxxxxxxxxxxxxx"),
        (with_field(incident_id="a\nb"), "incident_id = 'a\\nb' must be one line"),
        (with_field(type="a\0"), "must be one line"),
        (with_field(annotations=[1]), "annotations = [1] should be a valid dictionary"),
        (VALID[:-1] + b',"annotations":{"a":[1e999]}}', "holds inf, which is not JSON"),
        (with_field(group={"id": "g"}), "group.size is missing"),
        (
            with_field(group={"id": "g", "size": 0}),
            "group.size = 0 should be greater than or equal",
        ),
        (
            VALID[:-1] + b',"annotations":' + b'{"a":' * 80 + b"1" + b"}" * 80 + b"}",
            "nests deeper than 64 levels",
        ),
    ],
    ids=lambda value: repr(value[-24:]) if isinstance(value, bytes) else "",
)
def test_a_field_that_cannot_be_used_is_invalid_and_named(value: bytes, says: str) -> None:
    got = malformed(value)
    assert got.reason is DeadLetterReason.INVALID
    assert says in got.message
    assert len(got.message) < 400
    assert all(sentence.count("for example") <= 1 for sentence in got.message.split("; "))


def test_an_event_id_that_no_header_can_hold_is_invalid() -> None:
    got = malformed(VALID, (("ce_specversion", b"1.0"), ("ce_id", b"x" * 300)))
    assert got.message.startswith("ce_id = 'xxx")


@pytest.mark.parametrize(
    "fields",
    [
        {"camera_id": "site/gate 2"},
        {"camera_id": "Tür"},
        {"camera_id": "a.b~c:d"},
        {"camera_id": 7},
        {"incident_id": 42},
        {"incident_id": "", "type": "", "end_timestamp": None, "annotations": None},
        {"before": 0},
        {"before": "1.5"},
        {"before": 0, "after": 0, "end_timestamp": "2026-01-01T00:00:09Z"},
        {"annotations": {"n": 10**40, "text": "\N{SNOWMAN}\0", "deep": [[[[[]]]]]}},
        {"timestamp": "9999-12-31T23:59:59Z"},
        {"timestamp": "0001-01-01T00:00:00+14:00"},
        {"timestamp": " 2026-01-01 00:00:00,123456789 +0200 "},
        {"timestamp": "2026-01-01 00:00+02"},
        {"timestamp": "2026-01-01t00:00:00z"},
        {"something_else": [1, 2, {"x": None}]},
    ],
    ids=repr,
)
def test_what_can_be_understood_is_an_incident(fields: dict[str, object]) -> None:
    reported(with_field(**fields))


def test_annotations_come_through_exactly() -> None:
    data = {"n": 10**40, "text": "\N{SNOWMAN}\0\u2028", "list": [None, True, 0.1, -1]}
    assert reported(with_field(annotations=data)).incident.annotations == data


def test_an_offset_is_kept_and_its_lack_too() -> None:
    aware = reported(with_field(timestamp="2026-01-01T02:00:00.5+02:00")).incident.timestamp
    assert aware == datetime(2026, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC)
    assert reported(with_field(timestamp="2026-01-01T02:00:00")).incident.timestamp.tzinfo is None


def test_precision_may_be_left_out() -> None:
    assert reported(VALID).incident.precision is None
    assert reported(with_field(precision=None)).incident.precision is None
    assert reported(with_field(precision="")).incident.precision is None
    for word in Precision:
        assert reported(with_field(precision=word.value)).incident.precision is word


def test_a_byte_order_mark_is_skipped() -> None:
    reported(b"\xef\xbb\xbf" + VALID)


def test_a_window_that_is_too_long_says_both_lengths() -> None:
    got = Malformed.too_long(900.0, 600.0)
    assert got.reason is DeadLetterReason.TOO_LONG
    assert "900 s" in got.message
    assert "windows.max_length = 600 s" in got.message


def test_an_hour_that_does_not_exist_names_time_and_zone() -> None:
    got = Malformed.no_such_time("2026-03-29T02:30:00", "Europe/Berlin")
    assert got.reason is DeadLetterReason.NO_SUCH_TIME
    assert "2026-03-29T02:30:00" in got.message
    assert "Europe/Berlin" in got.message


HEADER_NAMES = st.sampled_from(
    ["content-type", "ce_specversion", "ce_id", "ce_source", "ce_correlationid", "traceparent"]
)
HEADER_VALUES = st.none() | st.binary() | st.sampled_from([b"application/cloudevents+json", TRACE])
HEADERS = st.lists(st.tuples(HEADER_NAMES | st.text(), HEADER_VALUES), max_size=6).map(tuple)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)
NAMES = [*Incident.model_fields, "specversion", "data", "data_base64", "id", "source"]
FIELDS = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, JSON))


@given(value=st.none() | st.binary(), headers=HEADERS)
def test_no_bytes_ever_raise(value: bytes | None, headers: Headers) -> None:
    assert isinstance(decode(incoming(value, headers)), Reported | Malformed | Ignored)


@given(tree=FIELDS, valid=st.booleans(), headers=HEADERS)
def test_no_json_ever_raises(tree: dict[str, object], valid: bool, headers: Headers) -> None:
    value = json.dumps(tree | (json.loads(VALID) if valid else {})).encode()
    assert isinstance(decode(incoming(value, headers)), Reported | Malformed)
