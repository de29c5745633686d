"""The splicer's own behaviour; what every cutter must do is in test_cutter."""

import asyncio
import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest

from processors.adapters.cutter import FfmpegCutter
from processors.adapters.digest import Digest
from processors.adapters.splicer import Splicer
from processors.errors import CutError, CutTimeoutError, InputError, OutputFullError
from processors.mp4.reader import read_movie
from processors.span import Span
from schemas.clip import Method
from schemas.clip_settings import Checksum
from schemas.incident import Precision
from schemas.instant import NANOS
from tests.clips import cut, plan_of, segments_of
from tests.media import HEVC, Recipe, ffmpeg, record, run_ffmpeg, shown
from tests.recordings import SMALL, take

pytestmark = pytest.mark.media


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return take(SMALL / "mediamtx_clips" / "camera1", tmp_path / "footage")


def files(root: Path) -> list[Path]:
    return sorted(root.glob("*.mp4"))


def test_it_says_what_the_clip_is_about(root: Path, tmp_path: Path) -> None:
    plan = replace(plan_of(segments_of(root, files(root))), title="camera1 incident 7")

    made = cut(Splicer(root, timeout=60), plan, tmp_path / "out")

    assert made.result.method is Method.SPLICE
    said = run_ffmpeg("-i", str(made.path), "-f", "ffmetadata", "-").decode()
    assert "title=camera1 incident 7" in said
    assert "title=incident" in said, "the chapter at the incident"
    tags = run_ffmpeg("-i", str(made.path), "-map_metadata", "0", "-f", "ffmetadata", "-").decode()
    assert "comment=camera1 from 2026-11-24T08:23:" in tags


def test_hev1_comes_out_as_hvc1(tmp_path: Path) -> None:
    root = tmp_path / "footage"
    hev1 = tuple("hev1" if word == "hvc1" else word for word in HEVC)
    plan = plan_of(
        segments_of(
            root,
            record(root, Recipe(video=(*hev1, "log-level=none:open-gop=0:bframes=0"), seconds=4)),
            2,
        )
    )

    made = cut(Splicer(root, timeout=60), plan, tmp_path / "out")

    data = made.path.read_bytes()
    assert b"hev1" in (root / "0.mp4").read_bytes()
    assert read_movie(data, len(data)).tracks[0].format == "hvc1"


def test_a_full_disk_says_so_before_the_work(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: int, start: int, length: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", full)
    out = tmp_path / "out"
    with pytest.raises(OutputFullError):
        cut(Splicer(root, timeout=60), plan_of(segments_of(root, files(root))), out)
    assert list(out.iterdir()) == []


def test_a_cut_that_takes_too_long_is_stopped(root: Path, tmp_path: Path) -> None:
    with pytest.raises(CutTimeoutError):
        cut(Splicer(root, timeout=0), plan_of(segments_of(root, files(root))), tmp_path / "out")


def test_what_it_cannot_splice_it_refuses_with_the_reason(tmp_path: Path) -> None:
    root = take(SMALL / "recordings" / "pcm-1", tmp_path / "footage")
    out = tmp_path / "out"
    with pytest.raises(CutError, match="ipcm is not played"):
        cut(Splicer(root, timeout=60), plan_of(segments_of(root, files(root))), out)
    assert list(out.iterdir()) == []


def test_a_clip_that_is_there_already_is_not_written_over(root: Path, tmp_path: Path) -> None:
    target = tmp_path / "clip.mp4"
    target.write_bytes(b"somebody's")
    with pytest.raises(Exception, match="could not be written"):
        asyncio.run(Splicer(root, timeout=60).cut(plan_of(segments_of(root, files(root))), target))
    assert target.read_bytes() == b"somebody's"


def test_sound_of_an_exact_clip_starts_and_ends_with_the_picture(
    root: Path, tmp_path: Path
) -> None:
    segments = segments_of(root, files(root))
    start = segments[0].span.start + 1_234_567_890
    plan = plan_of(segments, Span(start, start + 5 * NANOS), precision=Precision.EXACT)

    made = cut(Splicer(root, timeout=60), plan, tmp_path / "out")

    sound = shown(made.path, stream="a")
    assert 0 <= sound[0].at < 0.022
    assert sound[-1].at == pytest.approx(made.result.duration / NANOS, abs=0.022)
    assert made.result.lead_in > 0


@pytest.mark.parametrize("kind", ["sha256", "blake3", "none"])
@pytest.mark.parametrize("way", ["splice", "ffmpeg"])
def test_a_clip_has_the_checksum_that_was_asked_for(
    kind: str, way: str, root: Path, tmp_path: Path
) -> None:
    if kind == "blake3":
        pytest.importorskip("blake3", reason="the extra is not installed")
    checksum = Checksum(kind)
    splicer = Splicer(root, timeout=60, checksum=checksum)
    copier = FfmpegCutter(ffmpeg(), root, timeout=60, checksum=checksum)

    made = cut(
        splicer if way == "splice" else copier,
        plan_of(segments_of(root, files(root)[:2])),
        tmp_path / "out",
    )

    with Digest(checksum) as digest:
        digest.update(memoryview(made.path.read_bytes()))
        assert (made.result.sha256, made.result.blake3) == digest.finish()


def test_samples_that_lie_over_one_another_are_an_input_that_cannot_be(tmp_path: Path) -> None:
    """A plain file whose index says of the sound that it lies where the pictures are."""
    root = tmp_path / "footage"
    (path,) = record(root, Recipe(seconds=2))
    plan = plan_of(segments_of(root, [path], 2))
    data = bytearray(path.read_bytes())
    pictures, sound = (at + 8 for at in _places(data, b"stco"))
    data[sound : sound + 4] = data[pictures : pictures + 4]
    path.write_bytes(data)

    with pytest.raises(InputError, match="lie over one another"):
        cut(Splicer(root, timeout=60), plan, tmp_path / "out")


def _places(data: bytearray, kind: bytes) -> list[int]:
    """Where the content of each box of a kind begins."""
    found, at = [], -1
    while (at := data.find(kind, at + 1)) >= 0:
        found.append(at + 4)
    return found
