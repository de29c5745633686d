"""What a clip's file says of itself, as ffprobe reads it, whichever way it was cut."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest

from processors.adapters.conforming_cutter import ConformingCutter
from processors.adapters.container_probe import ContainerProbe
from processors.adapters.cutter import FfmpegCutter
from processors.adapters.ffmpeg import Ffmpeg
from processors.adapters.held_reader import HeldReader
from processors.adapters.splicer import Splicer
from processors.ports import Cutter
from processors.span import Span
from schemas.instant import NANOS, from_ns
from tests.clips import cut, plan_of, segments_of
from tests.media import Recipe, ffmpeg, record

pytestmark = [
    pytest.mark.media,
    pytest.mark.skipif(shutil.which("ffprobe") is None, reason="no ffprobe here"),
]

NOW = 1_790_000_000 * NANOS


@pytest.fixture(scope="module")
def containers() -> Iterator[ContainerProbe]:
    probe = ContainerProbe()
    yield probe
    probe.close()


def cutter(way: str, root: Path, containers: ContainerProbe) -> Cutter:
    if way == "splice":
        return Splicer(root, timeout=60)
    if way == "copy":
        return FfmpegCutter(ffmpeg(), root, timeout=60)
    if way == "copy by the newest":
        return FfmpegCutter(Ffmpeg(imageio_ffmpeg.get_ffmpeg_exe(), ""), root, timeout=60)
    reader = HeldReader(root, containers)
    return ConformingCutter(
        ffmpeg(), reader, inner=lambda folder: Splicer(folder, timeout=60), timeout=60, encode=True
    )


def probed(path: Path) -> dict[str, Any]:
    argv = ["ffprobe", "-v", "error", "-of", "json", "-show_format", "-show_chapters"]
    done = subprocess.run([*argv, "-show_streams", str(path)], check=True, capture_output=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("way", ["splice", "copy", "copy by the newest", "transcode"])
def test_a_clip_tells_camera_incident_and_instant(
    way: str, containers: ContainerProbe, tmp_path: Path
) -> None:
    root = tmp_path / "footage"
    made_at = [
        replace(
            segment,
            zero=segment.zero + NOW,
            span=Span(segment.span.start + NOW, segment.span.end + NOW),
        )
        for segment in segments_of(root, record(root, Recipe(seconds=6)), 2)
    ]
    plan = plan_of(made_at)
    plan = replace(plan, title="camera1 incident 7", at=plan.span.start + 3 * NANOS)

    made = cut(cutter(way, root, containers), plan, tmp_path / "out")

    found = probed(made.path)
    tags = found["format"]["tags"]
    assert tags["title"] == "camera1 incident 7"
    assert tags["comment"].startswith(f"{plan.camera} from ")
    assert "incident at " in tags["comment"]
    start = from_ns(made.result.span.start)
    assert tags["creation_time"][:19] == start.strftime("%Y-%m-%dT%H:%M:%S")
    marks = {c["tags"]["title"]: float(c["start_time"]) for c in found["chapters"]}
    assert list(marks) == ["start", "incident"]
    assert marks["incident"] == pytest.approx(made.result.place(plan.at) / NANOS, abs=0.05)
    assert "description" not in tags
    kinds = [stream["codec_name"] for stream in found["streams"]]
    assert kinds == ["h264", "aac"], "and no track of text"
    assert made.result.mime_codecs is not None
    assert made.result.mime_codecs.startswith("avc1.")
    assert made.result.mime_codecs.endswith(", mp4a.40.2")
