"""Sharing blocks with the recordings, on a volume that can."""

import errno
import os
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from processors.adapters import cloner
from processors.adapters.splicer import Splicer
from processors.adapters.volume_probe import no_sharing
from processors.errors import OutputFullError
from processors.mp4.movie import Movie
from processors.mp4.reader import read_movie
from processors.span import Span
from schemas.clip import Method
from schemas.clip_settings import Checksum
from schemas.incident import Precision
from schemas.instant import NANOS
from tests.clips import Cut, content, cut, pictures, plan_of, segments_of
from tests.media import H264, Recipe, record, run_ffmpeg
from tests.xfs_disk import xfs_disk

pytestmark = pytest.mark.media
BLOCK = 4096
LARGE = (*H264, "-bf", "0", "-b:v", "4M", "-minrate", "4M", "-maxrate", "4M", "-bufsize", "1M")


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with xfs_disk(tmp_path_factory.mktemp("xfs") / "disk") as disk:
        yield disk


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "fragments"])
def root(request: pytest.FixtureRequest, disk: Path) -> Path:
    root = disk / f"footage-{request.param}"
    record(root, Recipe(video=LARGE, seconds=6, gop=10, size="640x360", fragmented=request.param))
    os.sync()
    return root


def out_of(disk: Path, tmp_path: Path) -> Path:
    return disk / f"out-{tmp_path.name}"


def movie_of(path: Path) -> Movie:
    data = path.read_bytes()
    return read_movie(data, len(data))


def files(root: Path) -> list[Path]:
    return sorted(root.glob("*.mp4"))


def made_on(disk: Path, root: Path, tmp_path: Path, precision: Precision) -> Cut:
    segments = segments_of(root, files(root), 2)
    window = Span(segments[0].span.start + NANOS // 2, segments[-1].span.end - NANOS // 2)
    plan = plan_of(segments, window, precision=precision)
    return cut(Splicer(root, timeout=60), plan, out_of(disk, tmp_path))


@pytest.mark.parametrize("precision", list(Precision))
def test_a_clip_takes_no_room_and_is_what_a_copy_is(
    disk: Path, root: Path, tmp_path: Path, precision: Precision
) -> None:
    before = os.statvfs(disk).f_bfree

    made = made_on(disk, root, tmp_path, precision)

    os.sync()
    used = (before - os.statvfs(disk).f_bfree) * BLOCK
    assert made.result.method is Method.CLONE
    assert used < made.result.size // 4
    copied = cut(Splicer(root, timeout=60), made.plan, tmp_path / "copied")
    assert copied.result.method is Method.SPLICE
    assert content(made.path) == content(copied.path)
    assert made.result.sha256 == sha256(made.path.read_bytes()).hexdigest()
    assert replace(made.result, method=Method.SPLICE, size=0, sha256="", verified=0) == replace(
        copied.result, size=0, sha256="", verified=0
    )
    assert run_ffmpeg("-v", "warning", "-i", str(made.path), "-f", "null", "-") == b""


def test_no_byte_comes_along_that_is_no_sample_of_the_window(
    disk: Path, root: Path, tmp_path: Path
) -> None:
    made = made_on(disk, root, tmp_path, Precision.EXACT)

    data = bytearray(made.path.read_bytes())
    for track in movie_of(made.path).tracks:
        for at, size in zip(track.samples.offset, track.samples.size, strict=True):
            data[at : at + size] = bytes(size)
    payload = data.index(b"mdat") + 4
    rest = bytes(data[payload:])
    for path in files(root):
        recorded = path.read_bytes()
        for start, body in movie_of(path).indexes:
            rest = rest.replace(recorded[start:body], b"")
    assert not any(rest)


def test_what_is_written_into_the_recording_later_does_not_show(
    disk: Path, root: Path, tmp_path: Path
) -> None:
    made = made_on(disk, root, tmp_path, Precision.SEGMENTS)
    before = made.path.read_bytes()
    recorded = files(root)[1]
    kept = recorded.read_bytes()
    try:
        recorded.write_bytes(bytes(len(kept)))
        os.sync()
        assert made.path.read_bytes() == before
    finally:
        recorded.write_bytes(kept)


@pytest.mark.parametrize("checksum", [Checksum.NONE, Checksum.SHA256])
def test_a_refusal_is_remembered_and_the_bytes_are_copied(
    checksum: Checksum, root: Path, tmp_path: Path
) -> None:
    """Footage and output on different file systems."""
    plan = plan_of(segments_of(root, files(root), 2))
    pair = root.stat().st_dev, tmp_path.stat().st_dev
    cloner.answers.pop(pair, None)

    made = cut(Splicer(root, timeout=60, checksum=checksum), plan, tmp_path / "out")

    assert made.result.method is Method.SPLICE
    assert cloner.answers[pair] == os.strerror(errno.EXDEV)


def test_footage_in_crumbs_is_copied(disk: Path, tmp_path: Path) -> None:
    root = disk / f"footage-{tmp_path.name}"
    still = ("-f", "lavfi", "-i", "color=size=64x64:rate=5:duration=2")
    root.mkdir()
    run_ffmpeg(*still, *H264, str(root / "0.mp4"))

    made = cut(
        Splicer(root, timeout=60),
        plan_of(segments_of(root, files(root), 0)),
        out_of(disk, tmp_path),
    )

    assert made.result.method is Method.SPLICE
    assert pictures(made.path) == pictures(root / "0.mp4")


def test_a_full_disk_is_no_reason_to_copy(
    disk: Path, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: int, request: int, said: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(cloner, "ioctl", full)
    with pytest.raises(OutputFullError):
        made_on(disk, root, tmp_path, Precision.SEGMENTS)
    assert list(out_of(disk, tmp_path).iterdir()) == []


def test_whether_volumes_share_blocks_can_be_asked(disk: Path, root: Path, tmp_path: Path) -> None:
    output = out_of(disk, tmp_path)
    output.mkdir()

    assert no_sharing(root, output) == ""
    assert no_sharing(root, tmp_path) == os.strerror(errno.EXDEV)
    assert no_sharing(tmp_path, output) is None, "there is no recording yet"
    assert list(output.iterdir()) == []
