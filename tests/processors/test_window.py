"""From an incident to its window: what is asked for, what is refused, what is answered later."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from processors.request import ClipRequest
from processors.span import Span
from processors.window import is_ahead, request
from schemas.incident import Incident
from schemas.instant import NANOS, to_ns
from schemas.reason import DeadLetterReason
from schemas.settings import Windows
from topics.cloudevents import Envelope
from topics.codec import Malformed, Reported

BERLIN = ZoneInfo("Europe/Berlin")
UTC = ZoneInfo("UTC")
NOW = 1_764_000_000 * NANOS


def ask(
    zone: ZoneInfo = UTC, limits: Windows | None = None, **body: Any
) -> ClipRequest | Malformed:
    incident = Incident.model_validate({"camera_id": "camera1", **body})
    said = Reported(incident, Envelope(), incident.incident_id)
    return request(said, NOW, zone, limits or Windows())


def window(**body: Any) -> Span:
    wanted = ask(**body)
    assert isinstance(wanted, ClipRequest)
    return wanted.window


def around(wanted: ClipRequest | Malformed) -> tuple[float, float]:
    assert isinstance(wanted, ClipRequest)
    return (
        (wanted.at - wanted.window.start) / NANOS,
        (wanted.window.end - wanted.at) / NANOS,
    )


def test_the_seeds_request_is_fifteen_seconds_before_and_five_after() -> None:
    wanted = ask(timestamp="2025-08-29T14:30:15", duration=20)

    assert around(wanted) == (15, 5)


def test_nothing_said_is_the_same() -> None:
    assert around(ask(timestamp="2025-08-29T14:30:15Z")) == (15, 5)


def test_before_and_after_stand_for_themselves() -> None:
    assert around(ask(timestamp="2025-08-29T14:30:15Z", before=2.5, after=1)) == (2.5, 1)


def test_what_lasted_is_shown_to_its_end() -> None:
    lasting = {"timestamp": "2025-08-29T14:30:15Z", "end_timestamp": "2025-08-29T14:31:15Z"}

    assert window(**lasting).seconds == 80


@given(
    st.floats(0, 299, allow_nan=False),
    st.floats(0, 299, allow_nan=False),
    st.datetimes(timezones=st.just(UTC)),
)
def test_a_window_holds_its_instant_and_has_its_length(
    before: float, after: float, at: Any
) -> None:
    assume(before + after > 1e-6)
    wanted = ask(timestamp=at.isoformat(), before=before, after=after)
    assert isinstance(wanted, ClipRequest)
    assert wanted.window.start <= wanted.at <= wanted.window.end
    assert wanted.window.seconds == pytest.approx(before + after, abs=1e-6)


def test_a_naive_time_is_read_in_the_cameras_zone() -> None:
    wanted = ask(BERLIN, timestamp="2026-07-01T12:00:00")

    assert isinstance(wanted, ClipRequest)
    assert wanted.at == to_ns(
        Incident.model_validate({"camera_id": "c", "timestamp": "2026-07-01T10:00:00Z"}).timestamp
    )


def test_an_hour_that_the_clocks_skip_is_refused() -> None:
    refused = ask(BERLIN, timestamp="2026-03-29T02:30:00")

    assert isinstance(refused, Malformed)
    assert refused.reason is DeadLetterReason.NO_SUCH_TIME
    assert "2026-03-29T02:30:00" in refused.message


def test_an_hour_that_occurs_twice_keeps_both_readings() -> None:
    wanted = ask(BERLIN, timestamp="2026-10-25T02:30:00")

    assert isinstance(wanted, ClipRequest)
    assert wanted.doubled == wanted.at + 3600 * NANOS
    assert wanted.later().window == Span(
        wanted.window.start + 3600 * NANOS, wanted.window.end + 3600 * NANOS
    )
    assert wanted.later().clip_id == wanted.clip_id


def test_an_offset_settles_the_doubled_hour() -> None:
    wanted = ask(BERLIN, timestamp="2026-10-25T02:30:00+01:00")

    assert isinstance(wanted, ClipRequest)
    assert wanted.doubled is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"before": 400, "after": 300}, DeadLetterReason.TOO_LONG),
        ({"before": 1e300}, DeadLetterReason.TOO_LONG),
        ({"before": 1e308, "after": 1e308}, DeadLetterReason.TOO_LONG),
        ({"end_timestamp": "2025-08-29T14:45:15Z"}, DeadLetterReason.TOO_LONG),
        ({"end_timestamp": "2025-08-29T14:30:14Z"}, DeadLetterReason.INVALID),
    ],
)
def test_windows_that_cannot_be_are_refused(body: dict[str, Any], reason: DeadLetterReason) -> None:
    refused = ask(timestamp="2025-08-29T14:30:15Z", **body)

    assert isinstance(refused, Malformed)
    assert refused.reason is reason


def test_a_year_that_utc_cannot_tell_is_refused() -> None:
    refused = ask(timestamp="9999-12-31T23:59:59-05:00")

    assert isinstance(refused, Malformed)
    assert "9999" in refused.message


def test_the_year_9999_is_answered_as_in_the_future() -> None:
    wanted = ask(timestamp="9999-12-31T23:59:59Z")

    assert isinstance(wanted, ClipRequest)
    assert is_ahead(wanted, NOW, Windows())


@given(st.integers(-7200, 7200))
def test_only_what_lies_further_ahead_than_allowed_is_ahead(seconds: int) -> None:
    when = Incident.model_validate({"camera_id": "c", "timestamp": "2025-11-24T16:00:00Z"})
    assert to_ns(when.timestamp) == NOW
    wanted = ask(timestamp=(when.timestamp + timedelta(seconds=seconds)).isoformat())

    assert isinstance(wanted, ClipRequest)
    assert is_ahead(wanted, NOW, Windows(max_ahead=3600)) is (seconds > 3600)


def test_the_same_incident_gives_the_same_clip_whatever_its_length_and_record() -> None:
    one = ask(timestamp="2025-08-29T14:30:15Z", duration=20)
    other = ask(BERLIN, timestamp="2025-08-29T16:30:15", before=1, after=1)

    assert isinstance(one, ClipRequest)
    assert isinstance(other, ClipRequest)
    assert one.clip_id == other.clip_id


def test_the_window_is_on_the_recorders_clock_and_the_incident_on_its_own() -> None:
    incident = Incident.model_validate({"camera_id": "c", "timestamp": "2025-08-29T14:30:15Z"})
    said = Reported(incident, Envelope(), "i")
    plain = request(said, NOW, UTC, Windows())
    ahead = request(said, NOW, UTC, Windows(), clock_offset=90 * NANOS)
    assert isinstance(plain, ClipRequest)
    assert isinstance(ahead, ClipRequest)
    assert (ahead.at, ahead.clip_id) == (plain.at, plain.clip_id)
    assert ahead.recorded_at == plain.at + 90 * NANOS
    assert ahead.window.start == plain.window.start + 90 * NANOS
    assert ahead.window.length == plain.window.length
    assert ahead.told(ahead.window.end) == plain.window.end
