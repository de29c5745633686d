"""Segments of one camera for `benchmarks.cut`: four files of 5 s, of a bit rate that is kept."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from processors.adapters.ffmpeg import find_ffmpeg
from processors.footage.segment import Segment, SegmentState, Timeline
from processors.mp4.reader import read_movie
from processors.mp4.signature import signature
from processors.span import Span
from schemas.instant import NANOS

FILES = 4
SECONDS = 5
RATES = {"4MB": (1_600, "1280x720"), "8MB": (3_200, "1280x720"), "44MB": (17_600, "1920x1080")}
"""Kilobits a second and picture size by the size of a clip of four files."""
_FRAGMENTS = "movflags=+empty_moov+default_base_moof:frag_duration=1000000"


@dataclass(frozen=True, slots=True)
class Footage:
    """A folder of segments, and the timeline of them."""

    root: Path
    timeline: Timeline


def make(folder: Path, size: str, layout: str, files: int = FILES) -> Footage:
    """Files `0.mp4` and so on, fragmented if `layout` is fmp4."""
    folder.mkdir(parents=True)
    rate, picture = RATES[size]
    argv = [find_ffmpeg().path, "-nostdin", "-v", "error", "-y"]
    # A still picture costs little to encode; filler makes up the bit rate.
    argv += ["-f", "lavfi", "-i", f"smptebars=size={picture}:rate=25:duration={files * SECONDS}"]
    argv += ["-f", "lavfi", "-i", f"sine=sample_rate=48000:duration={files * SECONDS}"]
    argv += ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25"]
    argv += ["-b:v", f"{rate}k", "-maxrate", f"{rate}k", "-bufsize", f"{rate}k"]
    argv += ["-x264-params", "nal-hrd=cbr:keyint_min=25:scenecut=0", "-c:a", "aac", "-b:a", "64k"]
    argv += ["-f", "segment", "-segment_time", str(SECONDS), "-reset_timestamps", "1"]
    argv += ["-segment_format", "mp4"]
    argv += ["-segment_format_options", _FRAGMENTS] if layout == "fmp4" else []
    subprocess.run([*argv, str(folder / "%d.mp4")], check=True, timeout=300)
    segments: list[Segment] = []
    for i in range(files):
        start = segments[-1].span.end if segments else 0
        segments.append(_segment(folder / f"{i}.mp4", start))
    return Footage(folder, Timeline("bench", known=True, segments=tuple(segments)))


def _segment(path: Path, start: int) -> Segment:
    data = path.read_bytes()
    movie = read_movie(memoryview(data), len(data))
    track = movie.track("video")
    assert track is not None
    samples = track.samples
    first = samples.dts[0] + samples.composition[0] - track.edit_start
    length = samples.dts[-1] + samples.duration[-1] - samples.dts[0]
    return Segment(
        path=path.name,
        span=Span(start, start + length * NANOS // track.timescale),
        state=SegmentState.COMPLETE,
        size=movie.whole,
        signature=signature(movie.tracks),
        zero=start - first * NANOS // track.timescale,
    )
