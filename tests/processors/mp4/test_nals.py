from dataclasses import replace

import pytest

from processors.mp4.movie import Track
from processors.mp4.nals import broken_sample, without_promises, zeroed_sample
from tests.movies import video


def nal(size: int, fill: int = 0x65) -> bytes:
    return size.to_bytes(4, "big") + bytes([fill]) * size


def held(*frames: bytes) -> tuple[bytes, Track]:
    track = video(len(frames))
    at = 0
    for i, frame in enumerate(frames):
        track.samples.chunks[i], track.samples.size[i] = at, len(frame)
        at += len(frame)
    return b"".join(frames), track


def test_frames_whose_units_fill_them_are_whole() -> None:
    data, track = held(nal(5) + nal(900), nal(1), nal(70))

    assert broken_sample(data, track) is None
    assert zeroed_sample(data, track) is None


@pytest.mark.parametrize(
    "frame",
    [nal(5)[:-1], nal(5) + b"\0", bytes(64), nal(9) + bytes(8), b"\xff" * 40, b""],
    ids=["short", "long", "zeros", "zeros at the end", "noise", "nothing"],
)
def test_frames_whose_units_do_not_are_not(frame: bytes) -> None:
    data, track = held(nal(5), frame, nal(5))

    assert broken_sample(data, track) == 1


def test_a_frame_behind_the_end_is_not_whole() -> None:
    data, track = held(nal(5), nal(5))

    assert broken_sample(data[:-1], track) == 1


def test_a_hole_inside_a_long_unit_is_found() -> None:
    frame = bytearray(nal(20_000))
    frame[7000 : 7000 + 4096] = bytes(4096)
    data, track = held(nal(100), bytes(frame), nal(100))

    assert broken_sample(data, track) is None
    assert zeroed_sample(data, track) == 1


def test_other_codecs_have_no_units() -> None:
    data, track = held(bytes(9000))

    assert broken_sample(data, replace(track, format="vp09")) is None
    assert zeroed_sample(data, replace(track, format="vp09")) is None


def test_what_hvcc_promises_about_parameter_sets_does_not_count() -> None:
    head = bytes(22)
    arrays = bytes.fromhex("02a0000100024001a1000100034201ff")
    loose = bytes.fromhex("0220000100024001210001000342" + "01ff")
    tracks = [replace(video(), format="hvc1", config=head + tail) for tail in (arrays, loose)]

    assert without_promises(tracks[0]) == without_promises(tracks[1])
    assert without_promises(replace(video(), format="hvc1", config=head + arrays[:6]))
