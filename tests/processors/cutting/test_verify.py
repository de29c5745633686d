"""A real clip, proven; then the same clip spoilt in one way after another."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from processors.adapters.cutter import FfmpegCutter
from processors.adapters.inputs import read_inputs
from processors.cutting.reel import Reel, lay_reel
from processors.cutting.verify import prove
from processors.errors import ProofError
from processors.mp4.movie import Movie, Track
from processors.mp4.reader import read_movie
from schemas.instant import NANOS
from tests.clips import cut, plan_of, segments_of
from tests.media import ffmpeg, run_ffmpeg
from tests.recordings import SMALL, take

pytestmark = pytest.mark.media


@dataclass(frozen=True, slots=True)
class Clip:
    reel: Reel
    data: bytes

    def movie(self) -> Movie:
        return read_movie(memoryview(self.data), len(self.data))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    folder = tmp_path_factory.mktemp("clip")
    root = take(SMALL / "mediamtx_clips" / "camera1", folder / "footage")
    plan = plan_of(segments_of(root, sorted(root.glob("*.mp4"))))
    made = cut(FfmpegCutter(ffmpeg(), root, timeout=60), plan, folder / "out")
    return Clip(lay_reel(plan, read_inputs(root, plan)), made.path.read_bytes())


def test_a_good_clip_is_proven(clip: Clip) -> None:
    proof = prove(clip.reel, clip.movie(), clip.data)

    assert proof.frames == 375
    assert (proof.width, proof.height) == (640, 360)
    assert proof.mime_codecs == "avc1.42c01e, mp4a.40.2"
    assert proof.duration == pytest.approx(15 * NANOS, abs=NANOS)
    assert proof.first_frame == 0


def _shorter(movie: Movie) -> Movie:
    return _with(movie, 0, lambda track: _cut_samples(track, 0, 370))


def _later(movie: Movie) -> Movie:
    return _with(movie, 0, lambda track: _cut_samples(track, 1, 375))


def _with(movie: Movie, index: int, change: Callable[[Track], Track]) -> Movie:
    tracks = list(movie.tracks)
    tracks[index] = change(tracks[index])
    return replace(movie, tracks=tuple(tracks))


def _cut_samples(track: Track, first: int, stop: int) -> Track:
    samples = copy.copy(track.samples)
    for name in ("offset", "size", "dts", "duration", "composition", "sync"):
        setattr(samples, name, getattr(samples, name)[first:stop])
    return replace(track, samples=samples)


def _changed(name: str, index: int, by: int) -> Callable[[Track], Track]:
    def change(track: Track) -> Track:
        samples = copy.deepcopy(track.samples)
        getattr(samples, name)[index] += by
        return replace(track, samples=samples)

    return change


def _endless(track: Track) -> Track:
    return replace(_changed("duration", -1, 96_000)(track), edit_length=0)


def _held_back(frames: int) -> Callable[[Track], Track]:
    """Everything from the second file on comes later."""

    def change(track: Track) -> Track:
        samples = copy.deepcopy(track.samples)
        for i in range(125, len(samples)):
            samples.dts[i] += frames
        return replace(track, samples=samples)

    return change


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_shorter, "370 frames instead of 375"),
        (_later, "374 frames instead of 375"),
        (lambda m: _with(m, 0, _changed("size", 7, 1)), r"frame 7 of the clip has \d+ bytes"),
        (lambda m: _with(m, 0, _changed("dts", 9, -3600)), "video do not rise"),
        (lambda m: _with(m, 0, _held_back(3600)), "video sample 125 of the clip is 40.0 ms away"),
        (
            lambda m: _with(m, 0, _changed("composition", 3, 900)),
            "video sample 3 of the clip is 10",
        ),
        (lambda m: _with(m, 0, _changed("offset", 50, 3)), "frame 50 of the clip is damaged"),
        (lambda m: _with(m, 0, _changed("sync", 0, -1)), "planned key frame"),
        (lambda m: _with(m, 0, lambda t: replace(t, config=b"\1\2\3\4\5")), "configuration"),
        (lambda m: _with(m, 0, lambda t: replace(t, width=1280)), "configuration"),
        (lambda m: _with(m, 0, lambda t: replace(t, matrix=bytes(36))), "turned another way"),
        (lambda m: _with(m, 1, lambda t: _cut_samples(t, 9, 300)), "samples of sound are not"),
        (lambda m: _with(m, 1, lambda t: replace(t, edit_delay=5000)), "sound|audio"),
        (lambda m: _with(m, 1, _changed("size", 99, 1)), "samples of sound are not"),
        (lambda m: _with(m, 1, _endless), "sound goes on"),
        (lambda m: _with(m, 0, lambda t: replace(t, edit_start=1)), "hides other frames"),
        (lambda m: _with(m, 0, lambda t: replace(t, edit_length=1_000_000)), "hides other frames"),
        (lambda m: replace(m, tracks=m.tracks[:1]), "0 audio tracks"),
        (lambda m: replace(m, tracks=(*m.tracks, m.tracks[0])), "2 video tracks"),
        (lambda m: replace(m, fragmented=True), "not a plain MP4"),
        (lambda m: replace(m, whole=m.whole - 1), "bytes of the clip"),
    ],
)
def test_a_clip_that_is_not_what_was_planned_is_refused(
    clip: Clip, spoil: Callable[[Movie], Movie], words: str
) -> None:
    with pytest.raises(ProofError, match=words):
        prove(clip.reel, spoil(clip.movie()), clip.data)


def test_an_index_at_the_end_is_refused(clip: Clip, tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(clip.data)
    run_ffmpeg("-i", str(tmp_path / "a.mp4"), "-c", "copy", str(tmp_path / "b.mp4"))
    data = (tmp_path / "b.mp4").read_bytes()

    with pytest.raises(ProofError, match="index at the end"):
        prove(clip.reel, read_movie(data, len(data)), data)


def test_zeros_in_the_middle_of_the_data_are_refused(clip: Clip) -> None:
    data = bytearray(clip.data)
    middle = len(data) // 2
    data[middle : middle + 4096] = bytes(4096)

    with pytest.raises(ProofError, match="damaged"):
        prove(clip.reel, read_movie(bytes(data), len(data)), bytes(data))
