"""What cannot be spliced: other containers, files that differ, pictures that no browser plays."""

import asyncio
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC
from itertools import pairwise
from pathlib import Path

import pytest

from processors.adapters.conforming_cutter import ConformingCutter
from processors.adapters.container_probe import ContainerProbe
from processors.adapters.footage_disk import DiskRecordings
from processors.adapters.held_reader import HeldReader
from processors.adapters.splicer import Splicer
from processors.cutting.planner import plan_cut
from processors.errors import CutError, CutTimeoutError, InputError
from processors.footage.coverage import cover
from processors.footage.segment import SegmentState
from processors.footage.setup import read_setups
from processors.span import Span
from schemas.clip import Method
from schemas.incident import Precision
from schemas.instant import NANOS
from schemas.settings import Footage
from tests.clips import cut, numbers, pictures, read_barcodes
from tests.conforming import START, place, plan
from tests.media import H264, HEVC, Recipe, ffmpeg, record, run_ffmpeg, shown
from tests.recordings import shared, take

pytestmark = pytest.mark.media


@pytest.fixture(scope="module")
def containers() -> Iterator[ContainerProbe]:
    probe = ContainerProbe()
    yield probe
    probe.close()


def cutter(
    root: Path, containers: ContainerProbe, *, encode: bool, played: bool = True
) -> ConformingCutter:
    return ConformingCutter(
        ffmpeg(),
        HeldReader(root, containers),
        inner=lambda folder: Splicer(folder, timeout=60),
        timeout=60,
        encode=encode,
        played=played,
    )


FOREIGN = {
    "mpeg-ts": (Recipe(reset=False), ".ts"),
    "mpeg-ts with b-frames": (
        Recipe(video=(*H264, "-bf", "2"), reset=False, segment=3, seconds=6),
        ".ts",
    ),
    "hevc in mpeg-ts": (
        Recipe(
            video=(*HEVC, "log-level=none:open-gop=0:keyint=25:bframes=0"), reset=False, seconds=4
        ),
        ".ts",
    ),
    "mkv": (Recipe(), ".mkv"),
    "mkv with opus": (Recipe(audio=("-c:a", "libopus"), sound=True), ".mkv"),
    "avi": (Recipe(sound=False), ".avi"),
}


@pytest.mark.parametrize(("recipe", "suffix"), FOREIGN.values(), ids=list(FOREIGN))
def test_other_containers_come_out_frame_by_frame(
    recipe: Recipe, suffix: str, containers: ContainerProbe, tmp_path: Path
) -> None:
    root, step = tmp_path / "footage", int(recipe.segment)
    copy = ("-c", "copy", "-bsf:v", "h264_mp4toannexb") if suffix == ".avi" else ()
    files = place(root, record(tmp_path / "made", recipe), suffix, *copy, step=step)
    planned = plan(root, recipe.seconds)

    made = cut(cutter(root, containers, encode=False), planned, tmp_path / "out")

    assert pictures(made.path) == [picture for path in files for picture in pictures(path)]
    frames = shown(made.path)
    assert {round(b.at - a.at, 2) for a, b in pairwise(frames)} == {0.04}
    assert made.result.method is Method.COPY
    assert made.result.frames == len(frames)
    assert planned.gaps == ()
    if recipe.sound:
        assert abs(frames[-1].at - shown(made.path, stream="a")[-1].at) < 0.1


@pytest.mark.footage
def test_real_mpeg_ts_shows_every_frame(containers: ContainerProbe, tmp_path: Path) -> None:
    root = tmp_path / "footage"
    take(shared() / "recordings/ts-1", root / "ts-1")
    footage = Footage(root=root, pattern="%path/%Y-%m-%d_%H-%M-%S-%f", timezone="UTC")
    recordings = DiskRecordings(root, read_setups(footage, lambda _: UTC))
    window = Span(1_795_508_610 * NANOS, 1_795_508_630 * NANOS)
    timeline = recordings.timeline("ts-1", window, time.time_ns())
    recordings.close()
    planned = plan_cut(window, window.start, timeline, cover(window, timeline, time.time_ns()))
    assert planned is not None

    made = cut(cutter(root, containers, encode=False), planned, tmp_path / "out")

    report = read_barcodes(made.path)
    sources = [read_barcodes(root / piece.segment.path) for piece in planned.pieces]
    assert numbers(report) == [n for source in sources for n in numbers(source)]
    assert report["decoder_complaints"] == 0
    assert report["audio"]["av_offset_ms"]["median"] == pytest.approx(
        sources[1]["audio"]["av_offset_ms"]["median"], abs=25
    )


def test_of_a_growing_transport_stream_the_last_frame_is_left_out(
    containers: ContainerProbe, tmp_path: Path
) -> None:
    """Nothing in it says where a frame ends, so the last one may be half written."""
    root = tmp_path / "footage"
    (path,) = place(root, record(tmp_path / "made", Recipe(seconds=2)), ".ts")
    whole = pictures(path)
    now = path.stat().st_mtime + 1
    planned = plan(root, 10, now=now)
    path.write_bytes(path.read_bytes() + path.read_bytes()[:5000])

    made = cut(cutter(root, containers, encode=False), planned, tmp_path / "out")

    assert planned.pieces[0].segment.state is SegmentState.GROWING
    assert planned.span.length == pytest.approx(1.96 * NANOS, abs=NANOS // 100)
    assert pictures(made.path) == whole[:-1]


def test_sound_that_mp4_cannot_hold_is_encoded_and_the_picture_copied(
    containers: ContainerProbe, tmp_path: Path
) -> None:
    root = tmp_path / "footage"
    files = place(
        root, record(tmp_path / "made", Recipe()), ".mkv", "-c:v", "copy", "-c:a", "pcm_s16le"
    )

    made = cut(cutter(root, containers, encode=False), plan(root, 8), tmp_path / "out")

    assert pictures(made.path) == [picture for path in files for picture in pictures(path)]
    assert made.result.mime_codecs is not None
    assert made.result.mime_codecs.endswith("mp4a.40.2")
    assert abs(shown(made.path)[-1].at - shown(made.path, stream="a")[-1].at) < 0.1


def test_a_file_without_sound_gets_silence_and_its_picture_is_copied(
    containers: ContainerProbe, tmp_path: Path
) -> None:
    root = tmp_path / "footage"
    files = place(root, record(tmp_path / "made", Recipe()), ".mp4")
    silent = files[0].with_suffix(".new")
    run_ffmpeg("-i", str(files[0]), "-c", "copy", "-an", "-f", "mp4", str(silent))
    silent.replace(files[0])
    os.utime(files[0], (START + 1000, START + 1000))
    planned = plan(root, 8)
    assert len(planned.pieces) == 4

    made = cut(cutter(root, containers, encode=False), planned, tmp_path / "out")

    assert pictures(made.path) == [picture for path in files for picture in pictures(path)]
    sound = shown(made.path, stream="a")
    assert sound[0].at < 0.1
    assert sound[-1].at == pytest.approx(8, abs=0.1)


def _mixed(root: Path, folder: Path, *, sound: bool = True) -> list[Path]:
    """Two small files, nothing, then two large ones with fewer frames a second."""
    small = record(folder / "small", Recipe(seconds=4, sound=sound))
    big = Recipe(seconds=4, sound=sound, size="320x180", rate="15", gop=15)
    return place(root, [*small, *small, *record(folder / "large", big)], ".mp4")


def test_files_that_differ_become_one_picture_each_frame_at_its_time(
    containers: ContainerProbe, tmp_path: Path
) -> None:
    root = tmp_path / "footage"
    files = _mixed(root, tmp_path / "made", sound=False)
    files[2].unlink()
    files[3].unlink()
    planned = plan(root, 12)

    with pytest.raises(CutError, match="160x120 and h264 320x180"):
        cut(cutter(root, containers, encode=False), planned, tmp_path / "copy")
    made = cut(cutter(root, containers, encode=True), planned, tmp_path / "out")

    times = [frame.at for frame in shown(made.path)]
    expected = [i / 25 for i in range(100)] + [8 + i / 15 for i in range(60)]
    assert times == pytest.approx(expected, abs=0.002)
    assert (made.result.width, made.result.height) == (320, 180)
    assert made.result.method is Method.TRANSCODE
    assert made.result.span.length == pytest.approx(12 * NANOS, abs=NANOS // 100)
    assert [gap.span.length for gap in planned.gaps] == [4 * NANOS]


def test_an_encoded_clip_shows_the_window_and_nothing_else(
    containers: ContainerProbe, tmp_path: Path
) -> None:
    root = tmp_path / "footage"
    _mixed(root, tmp_path / "made")
    planned = plan(root, 6, start=3.5)

    made = cut(cutter(root, containers, encode=True), planned, tmp_path / "out")

    assert made.result.precision is Precision.EXACT
    assert abs(made.result.frames - (112 + 23)) <= 1
    start = planned.window.start
    assert 0 <= made.result.span.start - start < NANOS // 25
    assert abs(made.result.span.end - planned.window.end) < NANOS // 15
    sound = shown(made.path, stream="a")
    assert sound[0].at < 0.05
    assert sound[-1].at < made.result.duration / NANOS


UNPLAYED = {
    "mjpeg": (".avi", ("-c:v", "mjpeg", "-c:a", "pcm_s16le")),
    "mpeg-4 part 2": (".mp4", ("-c:v", "mpeg4", "-c:a", "copy")),
    "4:4:4": (".mp4", ("-c:v", "libx264", "-pix_fmt", "yuv444p", "-c:a", "copy")),
}


@pytest.mark.parametrize(("suffix", "args"), UNPLAYED.values(), ids=list(UNPLAYED))
def test_what_no_browser_plays_is_encoded(
    suffix: str, args: tuple[str, ...], containers: ContainerProbe, tmp_path: Path
) -> None:
    root = tmp_path / "footage"
    place(root, record(tmp_path / "made", Recipe(seconds=4)), suffix, *args)
    planned = plan(root, 5, start=-0.5)

    with pytest.raises(CutError, match="no browser plays"):
        cut(cutter(root, containers, encode=False), planned, tmp_path / "copy")
    made = cut(cutter(root, containers, encode=True), planned, tmp_path / "out")

    assert made.result.frames == 100
    assert made.result.mime_codecs is not None
    assert made.result.mime_codecs.startswith("avc1.64")


def test_a_picture_that_changes_inside_a_file_is_seen(
    containers: ContainerProbe, tmp_path: Path
) -> None:
    """The header tells one size, the frames two: as a camera leaves it that is set up anew."""
    root = tmp_path / "footage"
    small = record(tmp_path / "small", Recipe(seconds=2, sound=False))[0]
    large = record(tmp_path / "large", Recipe(seconds=2, sound=False, size="320x180"))[0]
    both = tmp_path / "both.h264"
    for path in (small, large):
        run_ffmpeg("-i", str(path), "-c", "copy", str(path.with_suffix(".h264")))
    both.write_bytes(
        small.with_suffix(".h264").read_bytes() + large.with_suffix(".h264").read_bytes()
    )
    place(root, [both], ".ts")
    planned = plan(root, 4)

    with pytest.raises(CutError, match="changes its size"):
        cut(cutter(root, containers, encode=False), planned, tmp_path / "copy")
    made = cut(cutter(root, containers, encode=True), planned, tmp_path / "out")

    assert (made.result.width, made.result.height) == (320, 180)
    assert made.result.frames == 100


def test_a_file_that_cannot_be_encoded_is_named(containers: ContainerProbe, tmp_path: Path) -> None:
    root = tmp_path / "footage"
    files = _mixed(root, tmp_path / "made")
    planned = plan(root, 12)
    data = bytearray(files[2].read_bytes())
    data[len(data) // 2 : len(data) // 2 + 5000] = bytes(5000)
    files[2].write_bytes(data)
    out = tmp_path / "out"

    with pytest.raises(InputError) as caught:
        cut(cutter(root, containers, encode=True), planned, out)

    assert caught.value.path == str(files[2].relative_to(root))
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("suffix", [".ts", ".mkv"])
def test_a_file_that_changed_since_the_plan_is_named(
    suffix: str, containers: ContainerProbe, tmp_path: Path
) -> None:
    root = tmp_path / "footage"
    files = place(root, record(tmp_path / "made", Recipe(seconds=4)), suffix)
    planned = plan(root, 4)
    os.truncate(files[1], files[1].stat().st_size // 2)
    out = tmp_path / "out"

    with pytest.raises(InputError, match="changed since it was planned"):
        cut(cutter(root, containers, encode=False), planned, out)

    assert list(out.iterdir()) == []


def test_one_that_takes_too_long_leaves_nothing(containers: ContainerProbe, tmp_path: Path) -> None:
    root = tmp_path / "footage"
    place(root, record(tmp_path / "made", Recipe(seconds=2)), ".ts")
    out = tmp_path / "out"
    out.mkdir()
    hasty = replace(cutter(root, containers, encode=False), timeout=0.001)

    with pytest.raises(CutTimeoutError):
        asyncio.run(hasty.cut(plan(root, 2), out / "clip.mp4"))

    assert list(out.iterdir()) == []
