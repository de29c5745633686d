"""What is written is what is read again."""

from array import array
from itertools import accumulate
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.errors import CutError
from processors.mp4.boxes import index
from processors.mp4.movie import Movie, Track
from processors.mp4.reader import read_movie, read_movie_from
from processors.mp4.signature import signature
from processors.mp4.writer import Edit, Facts, Table, header
from tests.entries import AAC, AVC

FACTS = Facts(90_000, 1_764_000_000, "camera1 7", "a comment", ((0, "start"), (1_500_000_000, "x")))


def table(kind: str = "video", **changes: object) -> Table:
    count = 4
    values: dict[str, object] = {
        "kind": kind,
        "timescale": 90_000 if kind == "video" else 48_000,
        "entry": AVC if kind == "video" else AAC,
        "size": array("I", [100, 20, 30, 40]),
        "delta": [3600] * count,
        "composition": array("q", [0] * count),
        "sync": bytearray(b"\1\0\0\0") if kind == "video" else bytearray(b"\1" * count),
        "chunks": array("Q", [0, 120]),
        "per_chunk": [2, 2],
        "edits": (),
        "shown": count * 3600,
        "width": 640 if kind == "video" else 0,
        "height": 360 if kind == "video" else 0,
    }
    return Table(**values | changes)  # type: ignore[arg-type]


def read(head: bytes, payload: int) -> Movie:
    """Of a file whose payload takes no memory."""
    size = len(head) + payload

    def read_at(at: int, length: int) -> bytes:
        return (head[at : at + length] + bytes(length))[: min(length, size - at)]

    return read_movie_from(read_at, size)


def only(movie: Movie) -> Track:
    assert movie.tiled
    assert not movie.fragmented
    (track,) = movie.tracks
    return track


ROWS = st.lists(
    st.tuples(
        st.integers(1, 5000),
        st.integers(1, 1 << 31),
        st.integers(-(1 << 31), (1 << 31) - 1),
        st.booleans(),
        st.booleans(),
    ),
    min_size=1,
    max_size=60,
)


@given(rows=ROWS, start=st.integers(0, 1 << 40), wait=st.integers(0, 1 << 40))
def test_tables_come_back(
    rows: list[tuple[int, int, int, bool, bool]], start: int, wait: int
) -> None:
    sizes, deltas, compositions, sync, breaks = map(list, zip(*rows, strict=True))
    breaks[0] = True
    firsts = [i for i, new in enumerate(breaks) if new]
    places = list(accumulate(sizes, initial=0))
    written = table(
        size=array("I", sizes),
        delta=deltas,
        composition=array("q", compositions),
        sync=bytearray(sync),
        chunks=array("Q", [places[i] for i in firsts]),
        per_chunk=[b - a for a, b in zip(firsts, [*firsts[1:], len(sizes)], strict=True)],
        edits=(Edit(wait, None), Edit(77, start)) if wait else (Edit(77, start),),
    )

    head = header([written], FACTS, places[-1])
    found = only(read(head, places[-1]))

    samples = found.samples
    assert list(samples.size) == sizes
    assert list(samples.duration) == deltas
    assert list(samples.dts) == list(accumulate(deltas[:-1], initial=0))
    assert list(samples.composition) == compositions
    assert samples.sync == bytearray(sync)
    assert list(samples.offset) == [len(head) + at for at in places[:-1]]
    assert (found.edit_start, found.edit_delay, found.edit_length) == (start, wait, 77)
    assert (found.width, found.height, found.timescale) == (640, 360, 90_000)
    assert found.entry == AVC


def test_sound_and_picture_lie_side_by_side() -> None:
    sound = table("audio", chunks=array("Q", [190, 310]), shown=99)
    head = header([table(), sound], FACTS, 380)

    movie = read(head, 380)

    assert [track.kind for track in movie.tracks] == ["video", "audio"]
    assert movie.tracks[1].config == b"\x40\x11\x88"
    assert list(movie.tracks[1].samples.offset) == [len(head) + at for at in (190, 290, 310, 340)]
    assert movie.duration == 4 * 3600


def test_a_turned_picture_stays_turned() -> None:
    quarter = pack(">9i", 0, 0x10000, 0, -0x10000, 0, 0, 360 << 16, 0, 0x40000000)
    turned, upright = (
        read(header([table(matrix=matrix)], FACTS, 190), 190) for matrix in (quarter, b"")
    )

    assert only(turned).matrix == quarter
    assert only(upright).matrix == b""
    assert signature(turned.tracks) != signature(upright.tracks)


def test_more_than_4_gb_has_long_offsets() -> None:
    payload = 5 << 30
    far = table(chunks=array("Q", [0, payload - 70]))

    head = header([far], FACTS, payload)

    samples = only(read(head, payload)).samples
    assert samples.offset[2] == len(head) + payload - 70
    assert b"co64" in head
    assert b"stco" not in head
    assert b"co64" not in header([table()], FACTS, 190)


@pytest.mark.parametrize("block", [1, 512, 4096])
def test_the_payload_starts_on_a_block(block: int) -> None:
    for title in ("", "a", "ab" * 9, "c" * 4070):
        head = header([table()], Facts(90_000, 0, title), 190, block=block)
        assert len(head) % block == 0
        assert only(read(head, 190)).samples.offset[0] == len(head)


def test_the_index_comes_first_and_says_what_it_is_about() -> None:
    head = header([table()], FACTS, 190)

    boxes = index(head + bytes(190), 0, len(head) + 190)
    assert list(boxes) == [b"ftyp", b"moov", b"mdat"]
    assert b"camera1 7" in head
    assert b"a comment" in head
    assert (1_764_000_000 + 2_082_844_800).to_bytes(8, "big") in head


def test_a_step_that_no_table_can_say_is_refused() -> None:
    with pytest.raises(CutError, match="further apart"):
        header([table(delta=[1, 1 << 32, 1, 1])], FACTS, 190)


def test_whole_bytes_are_read_like_a_file() -> None:
    data = header([table()], FACTS, 190) + bytes(190)
    assert only(read_movie(data, len(data))).samples.size[0] == 100
