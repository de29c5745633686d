import pytest
from pydantic import TypeAdapter, ValidationError

from schemas.units import Duration, Size

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
