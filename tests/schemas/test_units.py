import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from schemas.units import Duration, Size, say_bytes, say_seconds

DURATION: TypeAdapter[float] = TypeAdapter(Duration)
SIZE: TypeAdapter[int] = TypeAdapter(Size)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("500ms", 0.5),
        ("10s", 10),
        (" 5 m ", 300),
        ("1.5h", 5400),
        ("7d", 604_800),
        ("3", 3),
        (2, 2),
    ],
)
def test_a_duration_is_read_as_people_write_it(written: object, seconds: float) -> None:
    assert DURATION.validate_python(written) == seconds


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("512MiB", 512 << 20),
        ("20GB", 20 * 10**9),
        ("1TB", 10**12),
        ("1kB", 1000),
        ("7B", 7),
        (9, 9),
    ],
)
def test_a_size_is_read_as_people_write_it(written: object, size: int) -> None:
    assert SIZE.validate_python(written) == size


@pytest.mark.parametrize(
    "written", ["soon", "10 parsecs", "-5s", -5, "", "s", "1e400", float("nan")]
)
def test_what_is_no_duration_is_refused(written: object) -> None:
    with pytest.raises(ValidationError):
        DURATION.validate_python(written)


@pytest.mark.parametrize("written", ["big", "10 GiBB", "-5GB", -5, "", "GB"])
def test_what_is_no_size_is_refused(written: object) -> None:
    with pytest.raises(ValidationError):
        SIZE.validate_python(written)


def test_the_error_shows_how_to_write_it() -> None:
    with pytest.raises(ValidationError, match="write for example 500ms, 10s, 5m, 1h or 7d"):
        DURATION.validate_python("soon")
    with pytest.raises(ValidationError, match="write for example 512MiB, 20GB or 1TB"):
        SIZE.validate_python("big")


@given(st.integers(0, 10**12))
def test_a_size_that_we_write_reads_back(count: int) -> None:
    assert SIZE.validate_python(say_bytes(count)) == count


@given(st.integers(0, 10**10).map(lambda millis: millis / 1000))
def test_a_duration_that_we_write_reads_back(seconds: float) -> None:
    assert DURATION.validate_python(say_seconds(seconds)) == pytest.approx(seconds, abs=1e-6)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.0, "0s"), (0.25, "250ms"), (1.5, "1.5s"), (90.0, "90s"), (600.0, "10m"), (604_800.0, "7d")],
)
def test_a_duration_is_written_as_people_do(seconds: float, said: str) -> None:
    assert say_seconds(seconds) == said


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0B"), (262_144, "256KiB"), (10**9, "1GB"), (1001, "1001B")]
)
def test_a_size_is_written_as_people_do(count: int, said: str) -> None:
    assert say_bytes(count) == said
