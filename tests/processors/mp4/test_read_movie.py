"""What is read of real recordings and of files that ffmpeg wrote."""

import subprocess
from itertools import pairwise
from pathlib import Path

import imageio_ffmpeg
import pytest

from processors.errors import Mp4Error, Mp4UnfinishedError
from processors.mp4.movie import Movie
from processors.mp4.reader import read_movie
from tests.recordings import SMALL

MP4S = sorted(path for path in SMALL.rglob("*.mp4") if path.stat().st_size)
CAMERA1 = SMALL / "mediamtx_clips/camera1/camera1_20261124_082337.mp4"


def read(path: Path) -> Movie:
    data = path.read_bytes()
    return read_movie(memoryview(data), len(data))


@pytest.mark.parametrize("path", MP4S, ids=lambda p: str(p.relative_to(SMALL)))
def test_columns_agree_and_samples_lie_in_the_whole_part(path: Path) -> None:
    movie = read(path)
    assert movie.fragmented
    assert movie.whole <= movie.size
    for track in movie.tracks:
        s = track.samples
        assert {len(c) for c in (s.offset, s.size, s.dts, s.duration, s.composition)} == {len(s)}
        assert all(o > 0 and o + n <= movie.whole for o, n in zip(s.offset, s.size, strict=True))
        steps = [b - a - d for (a, b), d in zip(pairwise(s.dts), s.duration, strict=False)]
        most = 0 if track.kind == "video" else 1
        assert all(abs(step) <= most for step in steps), "the recorder rounds where sound is joined"


def test_a_segment_with_picture_and_sound() -> None:
    movie = read(CAMERA1)
    video, audio = movie.tracks
    assert (video.format, video.timescale, video.width, video.height) == ("avc1", 90000, 640, 360)
    assert (audio.format, audio.timescale, audio.sample_rate, audio.channels) == (
        "mp4a",
        48000,
        48000,
        1,
    )
    assert audio.config == bytes.fromhex("401188"), "AAC-LC, 48 kHz, mono"
    assert len(video.samples) == 125
    assert [i for i, key in enumerate(video.samples.sync) if key] == [0, 25, 50, 75, 100]
    assert movie.mtxi is not None
    assert movie.mtxi.number == 4
    assert movie.tiled
    assert movie.duration > 5000


@pytest.mark.parametrize(
    ("name", "kind", "codec", "config"),
    [
        ("recordings/hevc-1", "video", "hvc1", 110),
        ("recordings/site/gate-3", "audio", "Opus", 11),
        ("recordings/pcm-1", "audio", "ipcm", 6),
    ],
)
def test_other_codecs(name: str, kind: str, codec: str, config: int) -> None:
    movie = read(min((SMALL / name).iterdir()))
    track = next(t for t in movie.tracks if t.kind == kind)
    assert track.format == codec
    assert len(track.config) == config
    assert codec.encode() in track.entry


def test_reordered_frames_have_composition_offsets() -> None:
    video = read(min((SMALL / "recordings/site/gate-3").iterdir())).track("video")
    assert video is not None
    assert video.samples.composition[0] == 3600, "40 ms"
    shown = sorted(map(int.__add__, video.samples.dts, video.samples.composition))
    assert {b - a for a, b in pairwise(shown)} == {3600}


def test_a_growing_file_is_read_up_to_its_last_whole_part() -> None:
    counts = []
    for path in sorted((SMALL / "growing/grow-b").iterdir()):
        movie = read(path)
        counts.append(sum(len(t.samples) for t in movie.tracks if t.kind == "video"))
        assert movie.tiled
    assert counts == sorted(set(counts))
    assert counts[0] == 0


def test_a_cut_part_does_not_count() -> None:
    path = SMALL / "recordings/full-1/2026-11-24_08-38-16-623352.mp4"
    movie = read(path)
    assert movie.duration > 0, "the header was patched although the disk was full"
    assert not movie.tiled
    assert movie.size - movie.whole == 816 + 28972, (
        "the index of the cut part, and what there is of its data"
    )
    video = movie.track("video")
    assert video is not None
    assert len(video.samples) == 25


@pytest.mark.parametrize("cut", [1, 9, 400, 20_000, 28_000])
def test_cutting_anywhere_leaves_the_whole_parts_before(cut: int) -> None:
    data = CAMERA1.read_bytes()
    full = read_movie(data, len(data))
    movie = read_movie(data, len(data) - cut)
    assert movie.whole < movie.size
    video, whole = movie.track("video"), full.track("video")
    assert video is not None
    assert whole is not None
    assert 0 < len(video.samples) < len(whole.samples)
    assert video.samples.offset == whole.samples.offset[: len(video.samples)]


@pytest.mark.parametrize("size", [0, 4, 8, 24, 1000])
def test_without_a_whole_header_it_is_unfinished(size: int) -> None:
    with pytest.raises(Mp4UnfinishedError):
        read_movie(CAMERA1.read_bytes(), size)


@pytest.mark.parametrize("data", [b"\0" * 4096, b"RIFF\x10\0\0\0AVI " * 9, b"G" * 188, b"{}" * 9])
def test_what_is_no_mp4_is_refused(data: bytes) -> None:
    with pytest.raises(Mp4Error):
        read_movie(data, len(data))


def ffmpeg(target: Path, *options: str) -> Movie:
    """3 s of picture with B-frames and sound."""
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=3",
        "-f", "lavfi", "-i", "sine=r=48000:d=3", "-shortest", "-c:v", "libx264", "-bf", "2", "-g", "25",
        "-c:a", "aac", *options, "-y", str(target),
    ]  # fmt: skip
    subprocess.run(command, check=True, timeout=60)
    return read(target)


@pytest.mark.media
@pytest.mark.parametrize(
    "flags", ["+write_colr", "+faststart", "+frag_keyframe", "+frag_keyframe+empty_moov"]
)
def test_files_of_ffmpeg(tmp_path: Path, flags: str) -> None:
    movie = ffmpeg(tmp_path / "a.mp4", "-movflags", flags)
    video, audio = movie.track("video"), movie.track("audio")
    assert video is not None
    assert audio is not None
    assert movie.tiled
    assert len(video.samples) == 75
    assert sum(video.samples.duration) == 3 * video.timescale
    assert len(audio.samples) == pytest.approx(3 * 48000 / 1024, abs=2)
    assert video.edit_start == (0 if movie.fragmented else video.samples.composition[0])
    assert not video.quirk
    assert [i for i, key in enumerate(video.samples.sync) if key] == [0, 25, 50]
    payload = (tmp_path / "a.mp4").read_bytes()
    at, size = video.samples.offset[0], video.samples.size[0]
    assert size == sum(nal_lengths(payload[at : at + size])), "the offset points to the picture"


def nal_lengths(sample: bytes) -> list[int]:
    """Bytes of each length-prefixed NAL unit with its prefix."""
    lengths: list[int] = []
    at = 0
    while at < len(sample):
        lengths.append(4 + int.from_bytes(sample[at : at + 4], "big"))
        at += lengths[-1]
    return lengths


@pytest.mark.media
def test_a_plain_file_cut_in_its_data_is_not_whole(tmp_path: Path) -> None:
    ffmpeg(tmp_path / "a.mp4", "-movflags", "+faststart")
    data = (tmp_path / "a.mp4").read_bytes()
    movie = read_movie(data, len(data) * 2 // 3)
    video = movie.track("video")
    assert not movie.tiled
    assert video is not None
    assert 0 < len(video.samples) < 75
