"""What is read of a long file for a window is enough, no more, and says the same as all of it."""

import struct
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.cutting.exact import lay_exact
from processors.cutting.plan import CutPlan, Piece
from processors.cutting.splice import splice
from processors.footage.segment import Segment, SegmentState
from processors.mp4.excerpt import START, read_excerpt
from processors.mp4.landmarks import Landmarks
from processors.mp4.movie import Movie
from processors.mp4.outline import read_outline
from processors.span import Span
from schemas.incident import Precision
from schemas.instant import NANOS
from tests.long_files import Counted, fragmented, landmarks_of, plain, whole
from tests.recordings import shared

pytestmark = pytest.mark.media
SECONDS = 90


class Files(dict[str, bytes]):
    """The same footage by layout: `parts` or `tables`."""

    def __repr__(self) -> str:
        return "Files"


WINDOW = 20 * NANOS
LATE = (60 * NANOS, 60 * NANOS + WINDOW)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    folder = tmp_path_factory.mktemp("long")
    parts = fragmented(folder, SECONDS)
    return Files(parts=parts.read_bytes(), tables=plain(parts, folder / "plain.mp4").read_bytes())


@pytest.fixture(scope="module")
def ten_minutes(tmp_path_factory: pytest.TempPathFactory) -> Files:
    folder = tmp_path_factory.mktemp("longer")
    parts = fragmented(folder, 600)
    return Files(parts=parts.read_bytes(), tables=plain(parts, folder / "plain.mp4").read_bytes())


def excerpt(data: bytes, shown: tuple[int, int], read: Counted | None = None) -> Movie | None:
    return read_excerpt(read or Counted(data), len(data), landmarks_of(data), shown)


def clip(movie: Movie, shown: tuple[int, int]) -> tuple[object, ...]:
    """All that decides what an exact clip of it will be."""
    window = Span(*shown)
    segment = Segment("long.mp4", Span(0, SECONDS * NANOS), SegmentState.COMPLETE, movie.size)
    plan = CutPlan("cam", window, window.start, Precision.EXACT, (Piece(segment, 0, window),))
    reel = lay_exact(plan, [movie])
    made = splice(plan, reel)
    return made, reel.span, reel.first, reel.lead_in


@settings(max_examples=25, deadline=None)
@given(
    layout=st.sampled_from(["parts", "tables"]),
    start=st.integers(NANOS, (SECONDS - 2) * NANOS),
    length=st.integers(NANOS, 30 * NANOS),
)
def test_a_clip_of_an_excerpt_is_the_clip_of_the_whole_file(
    files: Files, layout: str, start: int, length: int
) -> None:
    data, shown = files[layout], (start, start + length)

    found = excerpt(data, shown)

    assert found is not None
    assert clip(found, shown) == clip(whole(data), shown)


@pytest.mark.parametrize("layout", ["parts", "tables"])
def test_it_holds_little_more_than_the_window(files: Files, layout: str) -> None:
    found = excerpt(files[layout], LATE)

    assert found is not None
    for track in found.tracks:
        samples = track.samples
        length = (samples.dts[-1] + samples.duration[-1] - samples.dts[0]) / track.timescale
        assert 20 <= length < 32


@pytest.mark.parametrize(("layout", "most"), [("parts", 300_000), ("tables", 120_000)])
def test_what_is_read_grows_with_the_window_and_not_with_the_file(
    files: Files, ten_minutes: Files, layout: str, most: int
) -> None:
    short, long = Counted(files[layout]), Counted(ten_minutes[layout])
    early = (20 * NANOS, 20 * NANOS + WINDOW)
    late = (570 * NANOS, 570 * NANOS + WINDOW)

    excerpt(short.data, early, short)
    excerpt(long.data, late, long)

    index = 0 if layout == "parts" else _index(long.data) - _index(short.data)
    assert len(long.data) > 6 * len(short.data)
    assert long.bytes_read - index < 1.2 * short.bytes_read
    assert long.bytes_read - index < most


def _index(data: bytes) -> int:
    """Bytes of the `moov`, whose tables are read as they are."""
    at = data.index(b"moov") - 4
    return int.from_bytes(data[at : at + 4], "big")


def test_damage_elsewhere_is_not_in_the_way(files: Files) -> None:
    data = bytearray(files["parts"])
    marks = landmarks_of(files["parts"])
    assert marks is not None
    before, behind = part_at(data, 10), part_at(data, 98)
    _spoil(data, before)
    _spoil(data, behind)

    found = read_excerpt(Counted(bytes(data)), len(data), marks, LATE)

    assert found is not None
    assert clip(found, LATE) == clip(whole(files["parts"]), LATE)
    assert not whole(bytes(data)).tiled, "all of the file would have been refused"


def test_damage_inside_makes_all_of_the_file_be_read(files: Files) -> None:
    data = bytearray(files["parts"])
    marks = landmarks_of(files["parts"])
    _spoil(data, part_at(data, 70))

    assert read_excerpt(Counted(bytes(data)), len(data), marks, LATE) is None


def part_at(data: bytearray, number: int) -> int:
    """First byte of a part, counted from 1; each has about a second."""
    at = -1
    for _ in range(number):
        at = data.index(b"moof", at + 1)
    return at - 4


def _spoil(data: bytearray, moof: int) -> None:
    """It lists more samples than there is room for."""
    trun = data.index(b"trun", moof)
    struct.pack_into(">I", data, trun + 8, 1 << 20)


def test_a_growing_file_is_marked_as_if_it_was_read_at_once(files: Files) -> None:
    data, found = files["parts"], None
    for number in (3, 20, 21, 60):
        cut = data[: part_at(bytearray(data), number)]
        found = read_outline(Counted(cut), len(cut), found)
    read = Counted(data)
    found = read_outline(read, len(data), found)

    assert found.landmarks == landmarks_of(data)
    assert min(at for at, _ in read.reads if at > 4096) >= part_at(bytearray(data), 60)


def test_parts_that_do_not_say_their_time_are_not_read_alone(files: Files) -> None:
    data = bytearray(files["parts"])
    start = data.index(b"tfdt", part_at(data, 30))
    data[start : start + 4] = b"free"

    assert landmarks_of(bytes(data)) is None


def test_it_starts_at_a_key_picture_that_brings_its_parameter_sets(
    files: Files,
) -> None:
    data = bytearray(files["parts"])
    found = excerpt(bytes(data), LATE)
    assert found is not None
    video = found.track("video")
    assert video is not None
    first = video.samples.offset[video.samples.sync.find(1)]
    assert data[first + 4] & 0x1F == 7
    data[first + 4] = 12  # filler data

    assert excerpt(bytes(data), LATE) is None, "what it was before has to be found"


@pytest.mark.footage
def test_a_picture_of_another_form_than_the_header_tells_is_not_read_alone() -> None:
    path = sorted((shared() / "recordings/inband-1").glob("*.mp4"))[2]
    data = path.read_bytes()
    outline = read_outline(Counted(data), len(data))
    assert outline.shown is not None
    end = outline.shown.end

    assert read_excerpt(Counted(data), len(data), Landmarks(), (end - NANOS, end)) is None
    assert read_excerpt(Counted(data), len(data), Landmarks(), (START, NANOS)) is None


def test_what_is_hidden_by_an_edit_list_is_found_at_its_own_time(files: Files) -> None:
    data = files["tables"]
    tracks = whole(data).tracks
    assert any(track.edit_start or track.edit_delay for track in tracks)
    shown = (30 * NANOS, 31 * NANOS)

    found = excerpt(data, shown)

    assert found is not None
    assert [replace(t, samples=None) for t in found.tracks] == [  # type: ignore[arg-type]
        replace(t, samples=None)  # type: ignore[arg-type]
        for t in tracks
    ]
