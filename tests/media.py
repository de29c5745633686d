"""Video made by ffmpeg, and what a decoder sees in a file."""

import subprocess
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from processors.adapters.ffmpeg import Ffmpeg, find_ffmpeg

H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
HEVC = ("-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1", "-x265-params")
FRAGMENTED = "movflags=+frag_keyframe+empty_moov+default_base_moof"


@cache
def ffmpeg() -> Ffmpeg:
    return find_ffmpeg()


def run_ffmpeg(*args: str) -> bytes:
    argv = [ffmpeg().path, "-nostdin", "-hide_banner", "-v", "error", "-y", *args]
    return subprocess.run(argv, check=True, capture_output=True, timeout=60).stdout


@dataclass(frozen=True, slots=True)
class Recipe:
    """How footage is made."""

    video: tuple[str, ...] = (*H264, "-bf", "0")
    audio: tuple[str, ...] = ("-c:a", "aac", "-b:a", "32k")
    seconds: int = 8
    segment: float = 2
    gop: int = 25
    size: str = "160x120"
    rate: str = "25"
    fragmented: bool = False
    reset: bool = True
    sound: bool = True
    timescale: int = 0
    """Ticks a second of the picture; 0: as ffmpeg likes."""


def record(folder: Path, recipe: Recipe) -> list[Path]:
    """Segments `0.mp4`, `1.mp4`, ... as `ffmpeg -f segment` writes them."""
    folder.mkdir(parents=True, exist_ok=True)
    source = f"testsrc2=size={recipe.size}:rate={recipe.rate}:duration={recipe.seconds}"
    tone = f"sine=frequency=440:sample_rate=48000:duration={recipe.seconds}"
    args = ["-f", "lavfi", "-i", source]
    args += ["-f", "lavfi", "-i", tone] if recipe.sound else []
    args += [*recipe.video, "-g", str(recipe.gop), "-keyint_min", str(recipe.gop)]
    args += list(recipe.audio) if recipe.sound else []
    args += ["-f", "segment", "-segment_time", str(recipe.segment), "-segment_format", "mp4"]
    options = [FRAGMENTED] if recipe.fragmented else []
    options += [f"video_track_timescale={recipe.timescale}"] if recipe.timescale else []
    args += ["-segment_format_options", ":".join(options)] if options else []
    args += ["-reset_timestamps", "1"] if recipe.reset else []
    run_ffmpeg(*args, str(folder / "%d.mp4"))
    return sorted(folder.glob("*.mp4"), key=lambda path: int(path.stem))


@dataclass(frozen=True, slots=True)
class Shown:
    """A decoded frame: seconds at which it is shown, and what it looks like."""

    at: float
    picture: str


_SEEN: dict[tuple[str, str], list[Shown]] = {}


def shown(path: Path, *, stream: str = "v") -> list[Shown]:
    """The frames that a viewer is shown (edit lists are followed), or the pieces of sound."""
    key = (sha256(path.read_bytes()).hexdigest(), stream)
    if key not in _SEEN:
        _SEEN[key] = _decode(path, stream)
    return _SEEN[key]


def _decode(path: Path, stream: str) -> list[Shown]:
    out = run_ffmpeg(
        *("-copyts", "-i", str(path), "-map", f"0:{stream}:0", "-fps_mode", "passthrough"),
        *("-enc_time_base", "1:1000000" if stream == "v" else "0", "-f", "framemd5", "-"),
    ).decode()
    base, frames = 1.0, []
    for line in out.splitlines():
        if line.startswith("#tb 0:"):
            up, down = line.split(":")[1].split("/")
            base = int(up) / int(down)
        if not line.startswith("#"):
            fields = [field.strip() for field in line.split(",")]
            frames.append(Shown(int(fields[2]) * base, fields[5]))
    return frames
