from dataclasses import replace

import pytest

from processors.mp4.codecs import mime_codecs
from tests.movies import audio, movie, video

HVCC = bytes.fromhex("0101600000009000000000003c") + bytes(10)


@pytest.mark.parametrize(
    ("format_", "config", "name"),
    [
        ("avc1", "0164001fffe1", "avc1.64001f"),
        ("avc3", "0142c01eff", "avc3.42c01e"),
        ("hvc1", HVCC.hex(), "hvc1.1.6.L60.90"),
        ("hev1", "01a1000000040000000000007b" + "00" * 10, "hev1.B1.20000000.H123"),
        ("av01", "81050c00", "av01.0.05M.08"),
        ("vp09", "0100000000" + "1f80", "vp09.00.31.08"),
    ],
)
def test_names_of_pictures(format_: str, config: str, name: str) -> None:
    track = replace(video(), format=format_, config=bytes.fromhex(config))

    assert mime_codecs(movie(track)) == name


@pytest.mark.parametrize(
    ("format_", "config", "name"),
    [
        ("mp4a", "401190", "mp4a.40.2"),
        ("mp4a", "402b92", "mp4a.40.5"),
        ("mp4a", "40f94340", "mp4a.40.42"),
        ("mp4a", "6b", "mp3"),
        ("mp4a", "69", "mp3"),
        ("mp4a", "dd", "mp4a.DD"),
        ("Opus", "00", "opus"),
        (".mp3", "", "mp3"),
    ],
)
def test_names_of_sound(format_: str, config: str, name: str) -> None:
    track = replace(audio(), format=format_, config=bytes.fromhex(config))

    assert mime_codecs(movie(video(), track)) == f"avc1.42c01e, {name}"


def test_a_codec_without_a_name_leaves_the_file_without() -> None:
    assert mime_codecs(movie(video(), replace(audio(), format="ipcm"))) is None
    assert mime_codecs(movie(replace(video(), config=b""))) is None
