"""The simulator's files against those that MediaMTX wrote."""

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.camera.loop import Encoding
from devtools.camera.record import record
from devtools.camera.recorder import Place
from devtools.camera.stream import Session
from processors.mp4.reader import read_movie
from tests.recordings import SMALL

pytestmark = pytest.mark.media

NOON = 1_795_521_600_000_000_000
_PARENTS = {
    b"moov",
    b"trak",
    b"mdia",
    b"minf",
    b"stbl",
    b"dinf",
    b"mvex",
    b"udta",
    b"moof",
    b"traf",
}
_ENTRIES = {b"avc1": 78, b"hvc1": 78, b"mp4a": 28, b"Opus": 28}
_OWN = {b"avcC", b"hvcC"}
"""What the encoder decides."""

ALIKE = {
    "mediamtx_clips/camera1/camera1_20261124_082327.mp4": Encoding(gop=25, seconds=8),
    "recordings/site/gate-3": Encoding(audio="opus", gop=50, b_frames=2, seconds=8),
    "recordings/hevc-1": Encoding("hevc", None, gop=50, seconds=8),
}


def _boxes(data: bytes, at: int, end: int, parents: str = "") -> Iterator[tuple[str, bytes]]:
    """Every box, named with its parents, with what it says itself."""
    while at < end:
        size, kind = struct.unpack_from(">I4s", data, at)
        name = f"{parents}/{kind.decode()}"
        inside = 8 if kind in _ENTRIES or kind in _PARENTS else 16 if kind == b"stsd" else size
        inside += _ENTRIES.get(kind, 0)
        yield name, data[at + 8 : at + inside]
        yield from _boxes(data, at + inside, at + size, name)
        at += size


def _said(name: str, content: bytes) -> tuple[str, bytes]:
    """Without what differs from recording to recording."""
    kind = name[-4:].encode()
    if kind in _OWN | {b"tfdt", b"mfhd", b"mdat"}:
        return name, b""
    if kind in {b"mtxi", b"trun"}:
        return name, content[:4]
    if kind == b"mvhd":
        return name, content[:16] + content[20:]
    return name, content


def _header(data: bytes) -> list[tuple[str, bytes]]:
    end = data.index(b"moof") - 4
    return [_said(*box) for box in _boxes(data, 0, end)]


def _parts(data: bytes) -> set[tuple[tuple[str, bytes], ...]]:
    """The kinds of box that parts consist of, tracks in the order of their number."""
    kinds = set()
    start = data.index(b"moof") - 4
    boxes = [_said(*box) for box in _boxes(data, start, len(data))]
    for index in [i for i, (name, _) in enumerate(boxes) if name == "/moof"]:
        stop = next(i for i in range(index, len(boxes)) if boxes[i][0] == "/mdat")
        kinds.add(tuple(sorted(boxes[index + 1 : stop])))
    return kinds


def _real(name: str) -> bytes:
    path = SMALL / name
    return (max(path.iterdir()) if path.is_dir() else path).read_bytes()


def _simulated(tmp_path: Path, encoding: Encoding) -> list[bytes]:
    place = Place(tmp_path, "camera1", "%path/%s")
    record(place, [Session(encoding, NOON, 14.0, sound_delay=0.2)], seed=1)
    return [path.read_bytes() for path in sorted((tmp_path / "camera1").iterdir())]


@pytest.mark.parametrize("name", ALIKE)
def test_header_and_parts_have_the_same_boxes_with_the_same_content(
    name: str, tmp_path: Path
) -> None:
    real = _real(name)
    for data in _simulated(tmp_path, ALIKE[name])[:2]:
        assert _header(data) == _header(real)
        assert _parts(data) == _parts(real)


@pytest.mark.parametrize("name", ALIKE)
def test_the_reader_sees_the_same_kind_of_movie(name: str, tmp_path: Path) -> None:
    real = _real(name)
    theirs = read_movie(real, len(real))
    for data in _simulated(tmp_path, ALIKE[name]):
        ours = read_movie(data, len(data))
        assert ours.tiled
        assert ours.fragmented
        assert ours.mtxi is not None
        assert [(t.id, t.kind, t.format, t.timescale) for t in ours.tracks] == [
            (t.id, t.kind, t.format, t.timescale) for t in theirs.tracks
        ]
        assert [set(t.samples.duration[2:]) for t in ours.tracks if t.kind == "audio"] == [
            set(t.samples.duration[2:]) for t in theirs.tracks if t.kind == "audio"
        ]


def test_first_pictures_are_timed_as_the_recorder_does_with_b_frames(tmp_path: Path) -> None:
    first, second, *_ = _simulated(tmp_path, ALIKE["recordings/site/gate-3"])
    start = read_movie(first, len(first)).tracks[0].samples
    assert list(zip(start.duration, start.composition, strict=True))[:5] == [
        (90, 0),
        (3510, 10710),
        (3600, 0),
        (3600, 0),
        (3600, 10800),
    ]
    later = read_movie(second, len(second)).tracks[0].samples
    assert list(zip(later.duration, later.composition, strict=True))[:3] == [
        (3600, 3600),
        (3600, 10800),
        (3600, 0),
    ]


def test_parameter_sets_stand_before_each_key_frame(tmp_path: Path) -> None:
    data, *_ = _simulated(tmp_path, ALIKE["mediamtx_clips/camera1/camera1_20261124_082327.mp4"])
    samples = read_movie(data, len(data)).tracks[0].samples
    units = [data[at + 4] & 31 for at, key in zip(samples.offset, samples.sync, strict=True) if key]
    assert set(units) == {7}
