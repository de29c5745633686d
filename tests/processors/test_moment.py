"""Local times and the hours that a zone skips or repeats."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from processors.moment import Ambiguous, Missing, candidates, resolve

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = st.sampled_from(
    [ZoneInfo(name) for name in ("Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "UTC")]
)


def test_an_hour_that_no_clock_showed_is_missing() -> None:
    written = datetime(2026, 3, 29, 2, 30)  # noqa: DTZ001  # naive is what is tested
    assert resolve(written, BERLIN) == Missing(written)


def test_an_hour_that_came_twice_is_ambiguous() -> None:
    written = datetime(2026, 10, 25, 2, 30)  # noqa: DTZ001  # same
    assert resolve(written, BERLIN) == Ambiguous(
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    )


def test_an_offset_in_the_time_wins_over_the_zone() -> None:
    written = datetime(2026, 10, 25, 2, 30, tzinfo=timezone(timedelta(hours=1)))
    assert resolve(written, BERLIN) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_the_ends_of_time_are_no_error() -> None:
    assert resolve(datetime.max, ZoneInfo("America/New_York")) == Missing(datetime.max)  # noqa: DTZ901


@given(st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC)), ZONES)  # noqa: DTZ001
def test_what_a_clock_showed_is_found_again(moment: datetime, zone: ZoneInfo) -> None:
    shown = moment.astimezone(zone).replace(tzinfo=None, fold=0)
    assert moment in candidates(shown, zone)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1)), ZONES)  # noqa: DTZ001
def test_every_candidate_shows_what_was_written(written: datetime, zone: ZoneInfo) -> None:
    for moment in candidates(written, zone):
        assert moment.astimezone(zone).replace(tzinfo=None, fold=0) == written
