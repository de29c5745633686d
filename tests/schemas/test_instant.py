from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from schemas.instant import Instant, from_ns, read_time, rfc3339, to_ns, utc

MOMENTS = st.datetimes(timezones=st.just(UTC))
OFFSETS = st.integers(-23 * 60, 23 * 60).map(lambda m: timezone(timedelta(minutes=m)))


@given(MOMENTS)
def test_nanoseconds_and_back(moment: datetime) -> None:
    assert from_ns(to_ns(moment)) == moment


@given(st.integers(-(2**70), 2**70))
def test_any_nanoseconds_are_a_moment(ns: int) -> None:
    assert from_ns(ns).tzinfo is UTC


@given(MOMENTS)
def test_what_we_write_we_can_read(moment: datetime) -> None:
    assert read_time(rfc3339(moment)) == moment


@given(st.datetimes(timezones=OFFSETS))
def test_any_offset_can_be_written_in_utc(moment: datetime) -> None:
    assert rfc3339(moment).endswith("Z")
    assert utc(moment).tzinfo is UTC


def test_a_moment_beyond_pythons_years_is_clamped() -> None:
    early = datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))
    assert rfc3339(early) == "0001-01-01T00:00:00Z"
    assert TypeAdapter(Instant).validate_python(early) == datetime.min.replace(tzinfo=UTC)


def test_an_instant_is_written_in_utc() -> None:
    adapter: TypeAdapter[datetime] = TypeAdapter(Instant)
    moment = adapter.validate_python("2026-11-24T10:23:45.5+02:00")
    assert adapter.dump_json(moment) == b'"2026-11-24T08:23:45.500000Z"'
