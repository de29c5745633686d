"""Garbage in: a typed error or a file, never anything else."""

import struct
from array import array

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from devtools.mp4_survival import survives
from processors.errors import Mp4Error
from processors.mp4.reader import read_movie, read_movie_from
from tests.recordings import SMALL

SEED = (SMALL / "growing/grow-b/01_+00370ms.mp4").read_bytes()[:4096]
PLAIN = (
    struct.pack(">I4s", 16, b"ftyp") + b"isom\0\0\0\0"
)  # a prefix under which anything may follow


Edits = list[tuple[int, bytes]]
edits = st.lists(
    st.tuples(
        st.integers(0, len(SEED) - 1),
        st.one_of(
            st.binary(min_size=1, max_size=4),
            st.sampled_from([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\0\0\0\1", b"\x7f\xff\xff\xff"]),
        ),
    ),
    max_size=8,
)


@settings(max_examples=400, deadline=None)
@given(edits)
@example([])
def test_any_bytes_of_a_real_file_may_be_wrong(changes: Edits) -> None:
    data = bytearray(SEED)
    for at, new in changes:
        data[at : at + len(new)] = new
    survives(bytes(data))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(tail: bytes) -> None:
    survives(tail)
    survives(PLAIN + tail)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(SEED)), st.integers(0, len(SEED)), st.integers(0, len(SEED)))
def test_pieces_may_be_missing_or_repeated(a: int, b: int, c: int) -> None:
    survives(SEED[:a] + SEED[b:c] + SEED[a:])


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def words(*values: int) -> bytes:
    return struct.pack(f">{len(values)}I", *values)


def plain(**tables: bytes) -> bytes:
    """A plain MP4 of one track with these sample tables and 64 bytes of data."""
    entry = box(b"avc1", bytes(78))
    stbl = box(
        b"stbl",
        box(b"stsd", words(0, 1), entry),
        *(box(kind.encode(), words(0), content) for kind, content in tables.items()),
    )
    media = box(
        b"mdia",
        box(b"mdhd", words(0, 0, 0, 1000, 0)),
        box(b"hdlr", words(0, 0), b"vide"),
        box(b"minf", stbl),
    )
    track = box(b"trak", box(b"tkhd", words(0, 0, 0, 1)), media)
    moov = box(b"moov", box(b"mvhd", words(0, 0, 0, 1000, 0)), track)
    return PLAIN + moov + box(b"mdat", bytes(64))


def test_ten_million_samples_are_not_believed_however_large_the_file() -> None:
    data = plain(stsz=words(1, 10_000_000), stts=words(1, 10_000_000, 40))
    with pytest.raises(Mp4Error, match="claims 10000000 samples"):
        read_movie_from(lambda at, length: data[at : at + length], 1 << 40)


TABLES = st.fixed_dictionaries(
    {},
    optional={
        name: st.one_of(
            st.binary(max_size=48),
            st.lists(st.sampled_from([0, 1, 2, 3, 60, 2**31, 2**32 - 1]), max_size=12).map(
                lambda values: words(*values)
            ),
        )
        for name in ("stsz", "stz2", "stts", "ctts", "stss", "stsc", "stco", "co64", "elst")
    },
)


@settings(max_examples=500, deadline=None)
@given(TABLES)
@example({"stsz": words(1, 2**32 - 1)})
@example({"stsz": words(1, 60), "stts": words(1, 2**32 - 1, 2**32 - 1)})
def test_sample_tables_may_say_anything(tables: dict[str, bytes]) -> None:
    survives(plain(**tables))


def test_tables_that_make_sense_are_read() -> None:
    data = plain(
        stsz=words(0, 3, 5, 6, 7),
        stts=words(1, 3, 40),
        ctts=words(2, 1, 0, 2, 2**32 - 40),
        stss=words(1, 2),
        stsc=words(2, 1, 2, 1, 2, 1, 1),
        stco=words(2, 30, 50),
    )
    samples = read_movie(data, len(data)).tracks[0].samples
    assert samples.offset == array("q", [30, 35, 50])
    assert samples.size == array("I", [5, 6, 7])
    assert samples.dts == array("q", [0, 40, 80])
    assert samples.composition == array("q", [0, -40, -40])
    assert samples.sync == bytearray([0, 1, 0])


@pytest.mark.parametrize(
    ("bits", "packed"), [(4, b"\x56\x70"), (8, b"\5\6\7"), (16, b"\0\5\0\6\0\7")]
)
def test_small_sizes_are_read(bits: int, packed: bytes) -> None:
    data = plain(
        stz2=words(bits, 3) + packed,
        stts=words(1, 3, 40),
        stsc=words(1, 1, 3, 1),
        stco=words(1, 30),
    )
    samples = read_movie(data, len(data)).tracks[0].samples
    assert samples.size == array("I", [5, 6, 7])
    assert samples.offset == array("q", [30, 35, 41])
