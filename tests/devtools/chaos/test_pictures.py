"""The check of the chaos run sees what a clip shows: of another time, torn, or with a hole in it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from devtools.camera.record import record
from devtools.camera.recorder import Place
from devtools.camera.stream import Session
from devtools.chaos.pictures import PATTERN, PICTURES, Film
from schemas.instant import NANOS, to_ns

pytestmark = pytest.mark.media

BEGIN = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of five seconds of one camera."""
    place = Place(tmp_path_factory.mktemp("film"), "camera1", PATTERN, UTC, segment=5 * NANOS)
    record(place, [Session(replace(PICTURES, audio=None), to_ns(BEGIN), 16)], seed=1)
    return place.root / "camera1"


def said(seconds: float) -> str:
    return (BEGIN + timedelta(seconds=seconds)).isoformat()


def test_a_recorded_file_shows_what_was_filmed_then(camera: Path) -> None:
    second = sorted(camera.iterdir())[1]
    assert Film(camera).fault(second, said(5), said(10)) is None


def test_a_clip_of_another_time_is_found_out(camera: Path) -> None:
    second = sorted(camera.iterdir())[1]
    fault = Film(camera).fault(second, said(6), said(11))
    assert fault is not None
    assert "pictures late" in fault


def test_a_clip_that_is_shorter_than_it_says_is_found_out(camera: Path) -> None:
    second = sorted(camera.iterdir())[1]
    assert Film(camera).fault(second, said(5), said(12)) == "it has 50 pictures for 7.000 s"


def test_a_torn_clip_is_found_out(camera: Path, tmp_path: Path) -> None:
    torn = tmp_path / "torn.mp4"
    data = bytearray(sorted(camera.iterdir())[1].read_bytes())
    data[len(data) // 2 : len(data) // 2 + 3000] = bytes(3000)
    torn.write_bytes(data)
    assert Film(camera).fault(torn, said(5), said(10)) is not None
