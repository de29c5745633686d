"""What a simulated camera leaves on disk."""

import json
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtools.camera.boxes import DURATION_AT
from devtools.camera.loop import Encoding
from devtools.camera.naming import file_name
from devtools.camera.picture import barcode
from devtools.camera.record import RealTime, record
from devtools.camera.recorder import Place
from devtools.camera.stream import Ending, Session
from processors.mp4.movie import Movie
from processors.mp4.reader import read_movie
from tests.recordings import shared

pytestmark = pytest.mark.media

NOON = 1_795_521_600_000_000_000
SECOND = 1_000_000_000
SMALL = Encoding(width=320, height=180, seconds=8)


def _files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*.mp4"))


def _movies(root: Path) -> list[Movie]:
    return [read_movie(data, len(data)) for data in (p.read_bytes() for p in _files(root))]


def _place(root: Path) -> Place:
    return Place(root, "cam", "%path/%Y-%m-%d_%H-%M-%S-%f", ZoneInfo("UTC"))


def _number(picture: np.ndarray) -> int:
    """Reads the barcode of a decoded luma plane."""
    height, width = picture.shape
    centres = (np.arange(40) * 2 + 1) * width // 80
    row = picture[height // 36, centres].astype(int) - picture[height // 18 + height // 36, centres]
    return int("".join("1" if level > 0 else "0" for level in row[4:28]), 2)


def _numbers(path: Path) -> list[int]:
    with av.open(str(path)) as container:
        return [_number(f.to_ndarray(format="gray")) for f in container.decode(video=0)]


def test_frames_are_numbered_without_a_hole_over_files_and_rounds(tmp_path: Path) -> None:
    record(_place(tmp_path), [Session(SMALL, NOON, 12.0)], seed=1)
    numbers = [n for path in _files(tmp_path) for n in _numbers(path)]
    rounds = [100_000 + n % SMALL.frames for n in range(12 * 25 - 1)]
    assert numbers == rounds, "the last frame before the end is never recorded"


def test_the_session_knows_which_number_was_shown_when(tmp_path: Path) -> None:
    session = Session(SMALL, NOON, 12.0)
    record(_place(tmp_path), [session], seed=1)
    for path, movie in zip(_files(tmp_path), _movies(tmp_path), strict=True):
        video = movie.track("video")
        assert video
        assert movie.mtxi
        shown = movie.mtxi.ntp + video.samples.dts[0] * SECOND // 90_000
        assert session.number_at(shown + SECOND // 50) == _numbers(path)[0]


def test_files_of_a_session_are_consecutive_by_the_recorders_own_count(tmp_path: Path) -> None:
    record(_place(tmp_path), [Session(SMALL, NOON, 22.0, sound_delay=0.3)], seed=1)
    movies = _movies(tmp_path)
    assert [m.mtxi.number for m in movies if m.mtxi] == list(range(len(movies)))
    assert len({m.mtxi.stream_id for m in movies if m.mtxi}) == 1
    starts = []
    for movie in movies:
        video = movie.track("video")
        assert video
        assert movie.mtxi
        start = movie.mtxi.dts + video.samples.dts[0] * SECOND // 90_000
        end = (
            movie.mtxi.dts + (video.samples.dts[-1] + video.samples.duration[-1]) * SECOND // 90_000
        )
        starts.append((start, end))
    joins = [later[0] - earlier[1] for earlier, later in pairwise(starts)]
    assert all(abs(join) <= 20_000 for join in joins)


@pytest.mark.parametrize(
    ("gop", "seconds"), [(25, 5.0), (35, 5.6), (50, 6.0), (75, 6.0), (100, 8.0)]
)
def test_a_file_ends_at_the_first_key_frame_after_five_seconds(
    tmp_path: Path, gop: int, seconds: float
) -> None:
    encoding = replace(SMALL, gop=gop, audio=None)
    record(_place(tmp_path), [Session(encoding, NOON, 14.0)], seed=1)
    assert _movies(tmp_path)[0].duration == seconds * 1000


@pytest.mark.parametrize(
    ("ending", "closed", "tiled"),
    [
        (Ending.CLOSED, True, True),
        (Ending.KILLED, False, True),
        (Ending.TORN, False, False),
        (Ending.FULL, True, False),
    ],
)
def test_endings_look_like_what_they_are(
    tmp_path: Path, ending: Ending, closed: bool, tiled: bool
) -> None:
    record(_place(tmp_path), [Session(SMALL, NOON, 8.5, ending)], seed=1)
    *whole, last = _movies(tmp_path)
    assert all(movie.tiled and movie.duration for movie in whole)
    assert (last.duration > 0, last.tiled) == (closed, tiled)
    video = last.track("video")
    assert video
    assert len(video.samples) > 0


def test_a_publisher_that_comes_back_starts_a_new_stream(tmp_path: Path) -> None:
    bigger = replace(SMALL, width=640, height=360)
    sessions = [Session(SMALL, NOON, 6.0), Session(bigger, NOON + 9 * SECOND, 6.0)]
    record(_place(tmp_path), sessions, seed=1)
    first, _, second, _ = _movies(tmp_path)
    assert first.mtxi
    assert second.mtxi
    assert first.mtxi.stream_id != second.mtxi.stream_id
    assert (second.mtxi.number, second.mtxi.ntp) == (0, NOON + 9 * SECOND)
    assert (first.tracks[0].width, second.tracks[0].width) == (320, 640)


def test_a_growing_file_is_a_prefix_of_the_finished_one(tmp_path: Path) -> None:
    seen: set[bytes] = set()

    def look(_: int) -> bool:
        seen.update(path.read_bytes() for path in _files(tmp_path)[:1])
        return True

    record(_place(tmp_path), [Session(SMALL, NOON, 6.0)], pace=look, seed=1)
    final = bytearray(_files(tmp_path)[0].read_bytes())
    sizes = sorted(len(data) for data in seen)
    assert sizes[-1] == len(final)
    final[DURATION_AT : DURATION_AT + 4] = bytes(4)
    for data in seen:
        growing = read_movie(data, len(data))
        assert growing.tiled
        if not growing.duration:
            assert final.startswith(data)


def test_files_get_the_times_at_which_they_were_written(tmp_path: Path) -> None:
    record(_place(tmp_path), [Session(SMALL, NOON, 12.0)], seed=1)
    ends = [path.stat().st_mtime_ns - NOON for path in _files(tmp_path)]
    assert [round(end / SECOND, 1) for end in ends] == [5.0, 10.0, 12.0]


def test_a_recorder_that_is_told_to_stop_closes_its_file(tmp_path: Path) -> None:
    pace = RealTime()

    def stop_after_three_seconds(instant: int) -> bool:
        if instant > NOON + 3 * SECOND:
            pace.stop()
        return pace(instant)

    record(_place(tmp_path), [Session(SMALL, NOON)], pace=stop_after_three_seconds, seed=1)
    (movie,) = _movies(tmp_path)
    assert movie.duration > 2900


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        record(_place(tmp_path / name), [Session(SMALL, NOON, 6.0)], seed=7)
    a, b = ([p.read_bytes() for p in _files(tmp_path / name)] for name in ("a", "b"))
    assert a == b


@pytest.mark.parametrize(
    ("zone", "pattern", "ntp", "name"),
    [
        ("UTC", "%path/%s", NOON, "a/b/1795521600.mp4"),
        ("Asia/Kolkata", "%path/%H-%M-%S-%f%z", NOON + 1999, "a/b/17-30-00-000001+0530.mp4"),
        ("America/St_Johns", "%path/%H%z", NOON, "a/b/08-0330.mp4"),
        ("UTC", "%path/%z", NOON, "a/b/Z.mp4"),
        # One hour apart, the same local name: the hour that occurs twice.
        ("Europe/Berlin", "%Y%m%d_%H%M%S", 1_792_888_200 * SECOND, "20261025_023000.mp4"),
        ("Europe/Berlin", "%Y%m%d_%H%M%S", 1_792_891_800 * SECOND, "20261025_023000.mp4"),
    ],
)
def test_names_say_the_time_of_the_zone(zone: str, pattern: str, ntp: int, name: str) -> None:
    assert file_name(pattern, "a/b", ntp, ZoneInfo(zone)) == name


@given(number=st.integers(0, 2**24 - 1), width=st.integers(4, 48), height=st.integers(2, 20))
def test_barcodes_can_be_read_at_any_size(number: int, width: int, height: int) -> None:
    picture = np.zeros((height * 36, width * 40), np.uint8)
    code = barcode(number, width * 40, height * 36)
    picture[: len(code)] = code
    assert _number(picture) == number


@pytest.mark.footage
@pytest.mark.parametrize(
    ("encoding", "late"),
    [
        (Encoding(seconds=8), 0.0),
        (Encoding(seconds=8), 0.25),
        (Encoding(audio="opus", b_frames=2, gop=50, seconds=8), 0.0),
        (Encoding("hevc", None, gop=50, seconds=8), 0.0),
        (Encoding(fps=12.5, seconds=8), 0.0),
    ],
)
def test_the_independent_barcode_reader_finds_nothing_wrong(
    tmp_path: Path, encoding: Encoding, late: float
) -> None:
    reader = shared() / "verify" / "barcode.py"
    session = Session(encoding, NOON, 7.5, sound_late=late, sound_delay=0.1)
    record(_place(tmp_path), [session], seed=1)
    for path in _files(tmp_path):
        done = subprocess.run(
            [sys.executable, reader, path, "--json"], capture_output=True, text=True, check=False
        )
        found = json.loads(done.stdout)
        assert found["verdict"] == "clean", found
        # What is last in decode order is lost at the end; with B-frames that is the last but one.
        at_the_end = [[found["last_n"] - 1] * 2] if encoding.b_frames else []
        assert found["missing"] in ([], at_the_end)
        assert len(found["holes"]) == len(found["missing"])
        if encoding.audio:
            offset = found["audio"]["av_offset_ms"]["median"]
            # Opus starts 312 samples early; a player that honours that is 6.5 ms off.
            assert abs(offset - late * 1000) < 7
