"""Names are deterministic and never collide by accident."""

from hypothesis import given
from hypothesis import strategies as st

from processors import identity
from schemas.incident import Incident
from schemas.instant import to_ns


def incident(**more: object) -> Incident:
    return Incident.model_validate(
        {"camera_id": "camera1", "timestamp": "2026-11-24T08:23:45Z", **more}
    )


def name(said: Incident, given_id: str | None = None, source: str = "") -> str:
    return identity.incident_id(said, source, "2026-11-24T08:23:45Z", given_id)


def test_the_producers_id_is_kept() -> None:
    assert name(incident(), "door-7") == "door-7"


def test_content_decides_where_there_is_no_id() -> None:
    assert name(incident()) == name(incident())
    assert name(incident()) != name(incident(type="fall"))
    assert name(incident()) != name(incident(), source="detector-2")


def test_the_end_of_an_incident_does_not_change_its_name() -> None:
    assert name(incident(end_timestamp="2026-11-24T08:23:50Z")) == name(incident())


NAMES = st.tuples(*[st.text(max_size=8)] * 3)


@given(NAMES, NAMES)
def test_different_parts_never_give_one_clip(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    assert (identity.clip_id(*one) == identity.clip_id(*other)) is (one == other)


def test_file_names_tell_camera_time_and_clip() -> None:
    at = to_ns(incident().timestamp)
    assert identity.file_stem("site/gate-3", at, "id") == "site~gate-3_20261124_082345_id"
