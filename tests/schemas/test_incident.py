import pytest
from pydantic import ValidationError

from schemas.incident import Incident


def rolls(**fields: object) -> tuple[float, float]:
    return Incident.model_validate(
        {"camera_id": "a", "timestamp": "2026-01-01T00:00:00Z"} | fields
    ).rolls


def test_a_window_is_15_seconds_before_and_5_after_unless_asked() -> None:
    assert rolls() == (15.0, 5.0)


def test_a_duration_is_split_three_to_one() -> None:
    assert rolls(duration=20) == (15.0, 5.0)
    assert rolls(duration=1) == (0.75, 0.25)


def test_before_and_after_may_be_given_alone() -> None:
    assert rolls(before=3) == (3.0, 5.0)
    assert rolls(after=0) == (15.0, 0.0)


def test_nothing_at_all_cannot_be_asked_for() -> None:
    with pytest.raises(ValidationError, match="empty window"):
        rolls(before=0, after=0)


def test_a_happening_that_lasts_needs_no_margin() -> None:
    assert rolls(before=0, after=0, end_timestamp="2026-01-01T00:00:09Z") == (0.0, 0.0)
