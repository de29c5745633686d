"""What ffmpeg is told: the list of files and the command line of a stream copy.

The list carries a `duration` line for every file. Without them ffmpeg lays the files end to end by
their longest stream, which drifts, stutters at joins and closes gaps, all with exit code 0.
A file is named through ffmpeg's `subfile` protocol, so that of one still being written exactly the
bytes are read that were planned.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from processors.cutting.plan import CutPlan
from processors.cutting.reel import Reel, offset, round_div
from processors.cutting.told import chapters, comment
from processors.mp4.chapters import room
from processors.mp4.codecs import COPIED_SOUND
from processors.mp4.movie import Movie, Track
from processors.mp4.parameters import NAL_CODECS
from schemas.instant import NANOS, from_ns, rfc3339

_MICRO = NANOS // 1_000_000
_LEAD_KEPT = NANOS // 25
"""Sound may lead the first picture by this much before the first file is entered later."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A file in ffmpeg's list."""

    path: PurePath
    """Absolute."""
    size: int
    """Bytes to read."""
    enter: int | None
    """Nanoseconds into the file at which to start, or None for its beginning."""
    duration: int
    """Nanoseconds until the next file starts."""


def listing(plan: CutPlan, movies: Sequence[Movie], reel: Reel, root: PurePath) -> list[Listed]:
    """The files of `plan` below `root`, placed as `reel` has them."""
    enters = [_enter(i, movie, reel) for i, movie in enumerate(movies)]
    starts = [
        piece.zero + (_earliest(movie) if enter is None else enter)
        for piece, movie, enter in zip(plan.pieces, movies, enters, strict=True)
    ]
    ends = [*starts[1:], reel.origin + reel.length]
    return [
        Listed(root / piece.segment.path, movie.whole, enter, end - start)
        for piece, movie, enter, start, end in zip(
            plan.pieces, movies, enters, starts, ends, strict=True
        )
    ]


def ffconcat(files: Sequence[Listed]) -> str:
    """The list, in ffmpeg's `ffconcat` notation."""
    lines = ["ffconcat version 1.0"]
    total = 0
    for file in files:
        path = str(file.path).replace("'", "'\\''")
        lines.append(f"file 'subfile,,start,0,end,{file.size},,:{path}'")
        if file.enter is not None:
            lines.append(f"inpoint {_seconds(_micros(file.enter))}")
        # Rounded from the running sum, so that what is lost in one line comes back in the next.
        start, total = total, total + file.duration
        lines.append(f"duration {_seconds(_micros(total) - _micros(start))}")
    return "\n".join(lines) + "\n"


def copy_argv(ffmpeg: str, plan: CutPlan, reel: Reel, listed: str, target: str) -> list[str]:
    """The command line that copies the files of the list `listed` into the MP4 file `target`."""
    sound = reel.audio.track.format if reel.audio else None
    encoded = sound is not None and sound not in COPIED_SOUND
    argv = [ffmpeg, "-nostdin", "-hide_banner", "-nostats", "-v", "error", "-y", "-xerror"]
    if not encoded and reel.video.track.format in NAL_CODECS:
        # Their headers tell all, so no decoder needs to be opened: saves the probing of every file.
        argv += ["-codec_whitelist", "none"]
    argv += ["-protocol_whitelist", "file,subfile"]
    argv += ["-f", "concat", "-safe", "0", "-auto_convert", "0", "-i", listed]
    argv += ["-map", "0:v:0", "-map", "0:a:0?", "-c", "copy", "-map_metadata", "-1"]
    argv += ["-map_chapters", "-1", "-metadata", f"creation_time={rfc3339(from_ns(reel.origin))}"]
    argv += ["-metadata", f"comment={comment(plan, reel)}"]
    if plan.title:
        argv += ["-metadata", f"title={plan.title}"]
    if marks := chapters(plan, reel):
        argv += ["-metadata", f"description={room(marks)}"]
    if encoded:
        argv += ["-c:a", "aac", "-b:a", "96k", "-af", "aresample=async=1:min_hard_comp=0.02"]
    if reel.video.track.format in {"hev1", "hvc1"}:
        argv += ["-tag:v", "hvc1"]
    return [*argv, "-movflags", "+faststart", "-f", "mp4", target]


def _enter(index: int, movie: Movie, reel: Reel) -> int | None:
    """Where to enter a file: at its beginning, unless that cannot be decoded or is only sound."""
    video = movie.track("video")
    assert video is not None
    head = reel.heads[index]
    shown = _nanos(video, video.samples.dts[head] + video.samples.composition[head])
    lead = shown - _earliest(movie)
    if head or (index == 0 and lead > _LEAD_KEPT):
        return shown
    return None


def _earliest(movie: Movie) -> int:
    """What ffmpeg calls a file's start: the first presentation time of picture or sound."""
    tracks = [track for kind in ("video", "audio") if (track := movie.track(kind))]
    return min(_starts(track) for track in tracks)


def _starts(track: Track) -> int:
    first = _nanos(track, track.samples.dts[0] + track.samples.composition[0])
    # What lies before the start of an edit is not shown.
    shown_from = _nanos(track, track.edit_start)
    return max(first, shown_from) if track.edit_start else first


def _nanos(track: Track, media_time: int) -> int:
    return round_div((media_time + offset(track)) * NANOS, track.timescale)


def _micros(nanos: int) -> int:
    return round_div(nanos, _MICRO)


def _seconds(micros: int) -> str:
    return f"{micros / 1_000_000:.6f}"
