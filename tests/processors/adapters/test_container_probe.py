"""Containers that are no MP4, read in a process of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from processors.adapters.container_probe import ContainerProbe
from processors.errors import FootageError
from schemas.instant import NANOS
from tests.media import H264, run_ffmpeg
from tests.recordings import SMALL

TS = SMALL / "recordings/ts-1/2026-11-24_08-23-32-496167.ts"


@pytest.fixture
def probe() -> Iterator[ContainerProbe]:
    probe = ContainerProbe()
    yield probe
    probe.close()


def test_a_transport_stream(probe: ContainerProbe) -> None:
    outline = probe.read(TS)
    shown, lead = outline.shown, outline.lead
    assert shown is not None
    assert lead is not None
    assert (shown.kind, shown.samples) == ("video", 125)
    assert shown.end - (shown.start or 0) == 5_000_000_000
    assert outline.fragmented
    assert not outline.closes


def test_matroska_with_reordered_frames(tmp_path: Path, probe: ContainerProbe) -> None:
    path = tmp_path / "0.mkv"
    run_ffmpeg("-f", "lavfi", "-i", "testsrc2=size=64x64:duration=1", *H264, "-bf", "2", str(path))

    outline = probe.read(path)

    assert outline.shown is not None
    assert outline.shown.samples == 25
    assert outline.shown.end - (outline.shown.start or 0) == NANOS


@pytest.mark.parametrize("content", [b"garbage" * 1000, b"G" * 188, b"{}", b"\0" * 4096])
def test_garbage_is_told_and_the_next_file_is_read(
    tmp_path: Path, probe: ContainerProbe, content: bytes
) -> None:
    path = tmp_path / "x.ts"
    path.write_bytes(content)
    with pytest.raises(FootageError):
        probe.read(path)
    assert probe.read(TS).shown is not None


def test_an_empty_file_and_none(tmp_path: Path, probe: ContainerProbe) -> None:
    (tmp_path / "x.ts").touch()
    with pytest.raises(FootageError, match="0 bytes"):
        probe.read(tmp_path / "x.ts")
    with pytest.raises(FileNotFoundError):
        probe.read(tmp_path / "y.ts")


def test_a_reading_that_takes_too_long_is_ended() -> None:
    probe = ContainerProbe(time_limit=0)
    with pytest.raises(FootageError, match="more than 0 s"):
        probe.read(TS)
    with pytest.raises(FootageError, match="more than 0 s"):
        probe.read(TS)
    probe.close()
