"""Shapes of pictures, read from parameter sets that real encoders wrote."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.mp4.movie import Track
from processors.mp4.parameters import Shape, shapes_in, shapes_of, units_of_config
from processors.mp4.reader import read_movie
from tests.media import H264, HEVC, run_ffmpeg
from tests.recordings import shared

X265 = (*HEVC, "log-level=none")
ENCODED = {
    "h264": ((*H264, "-s", "160x120"), Shape(160, 120, 1, 8)),
    "h264 cropped": ((*H264, "-s", "162x122"), Shape(162, 122, 1, 8)),
    "h264 high": (("-c:v", "libx264", "-s", "640x362"), Shape(640, 362, 1, 8)),
    "h264 4:4:4": ((*H264, "-pix_fmt", "yuv444p", "-s", "162x120"), Shape(162, 120, 3, 8)),
    "h264 4:2:2 10 bit": ((*H264, "-pix_fmt", "yuv422p10le", "-s", "162x120"), Shape(162, 120, 2, 10)),
    "h264 interlaced": ((*H264, "-flags", "+ildct", "-s", "160x144"), Shape(160, 144, 1, 8)),
    "hevc": ((*X265, "-s", "162x122"), Shape(162, 122, 1, 8)),
    "hevc 4:4:4 10 bit": ((*X265, "-pix_fmt", "yuv444p10le", "-s", "160x122"), Shape(160, 122, 3, 10)),
}  # fmt: skip


def encode(path: Path, args: tuple[str, ...]) -> tuple[bytes, Track]:
    source = ("-f", "lavfi", "-i", "testsrc2=rate=25:duration=0.4")
    run_ffmpeg(*source, *args, "-f", "mp4", str(path))
    data = path.read_bytes()
    track = read_movie(data, len(data)).track("video")
    assert track is not None
    return data, track


@pytest.mark.media
@pytest.mark.parametrize(("args", "shape"), ENCODED.values(), ids=list(ENCODED))
def test_an_encoders_word_is_understood(
    args: tuple[str, ...], shape: Shape, tmp_path: Path
) -> None:
    data, track = encode(tmp_path / "x.mp4", args)

    assert shapes_in(lambda at, length: data[at : at + length], track) == [shape]


@pytest.mark.footage
def test_a_file_whose_picture_changes_tells_both_sizes() -> None:
    folder = shared() / "recordings/inband-1"
    found = []
    for path in sorted(folder.glob("*.mp4"))[1:4]:
        data = path.read_bytes()
        track = read_movie(data, len(data)).track("video")
        assert track is not None
        shapes = shapes_in(lambda at, length, data=data: data[at : at + length], track)  # type: ignore[misc]
        found.append([(shape.width, shape.height) for shape in shapes])

    assert found == [[(640, 360)], [(640, 360), (1280, 720)], [(1280, 720)]]


@given(st.sampled_from(["h264", "hevc"]), st.binary(max_size=200))
def test_no_bytes_are_a_fault(codec: str, noise: bytes) -> None:
    header = b"\x67" if codec == "h264" else b"\x42\x01"

    assert len(shapes_of(codec, [header + noise, noise, b""])) <= 2
    assert all(isinstance(unit, bytes) for unit in units_of_config(codec, noise))
