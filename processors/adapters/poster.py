"""A still picture of a clip: JPEG, 640 pixels wide at most, of the frame nearest to an instant."""

import asyncio
import operator
import os
from pathlib import Path
from uuid import uuid4

from processors.adapters import ffmpeg
from processors.adapters.disk_errors import output_errors
from processors.adapters.finish import remove
from processors.cutting.reel import offset
from processors.errors import CutError, Mp4Error
from processors.mp4.movie import Kind, Track
from processors.mp4.reader import read_movie_from

TIME_LIMIT = 20.0
"""Seconds: a long group of large pictures has to be decoded up to the instant."""
_WIDTH = 640
_EARLIER = 0.0005
_KINDS: tuple[Kind, ...] = ("video", "audio")


async def make_poster(
    video: Path,
    at_seconds: float,
    target: Path,
    *,
    tool: ffmpeg.Ffmpeg,
    timeout: float = TIME_LIMIT,  # noqa: ASYNC109 -- ends the process, not only the waiting
) -> None:
    """Writes `target`, the frame of the MP4 file `video` that is nearest to `at_seconds`.

    Seconds as a player counts them (`incident_offset_seconds`). `target` appears whole or not at
    all; several calls at once do no harm. Raises `CutError` (no such clip, or not decodable),
    `CutTimeoutError` or `StoreError`.
    """
    at = await asyncio.to_thread(_nearest, video, at_seconds)
    made = target.with_name(f".{target.name}.{uuid4().hex[:8]}")
    argv = [*tool.launcher, tool.path, "-nostdin", "-hide_banner", "-nostats", "-v", "error", "-y"]
    argv += ["-ss", f"{max(0.0, at - _EARLIER):.6f}", "-i", str(video), "-an", "-frames:v", "1"]
    argv += ["-vf", f"scale='min({_WIDTH},iw)':-2", "-q:v", "4", "-f", "mjpeg", str(made)]
    try:
        await ffmpeg.run(argv, timeout)
        await asyncio.to_thread(_publish, made, target)
    finally:
        remove(made)


def _publish(made: Path, target: Path) -> None:
    with output_errors("the poster could not be written"):
        if not made.exists() or not made.stat().st_size:
            raise CutError("no frame of the clip could be decoded for its poster")
        made.replace(target)


def _nearest(video: Path, at: float) -> float:
    """When the nearest frame is shown, counted from the file's first picture or sound.

    That is what ffmpeg's `-ss` counts from, and not what a player counts from.
    """
    try:
        with video.open("rb", buffering=0) as file:
            handle = file.fileno()
            movie = read_movie_from(
                lambda at, length: os.pread(handle, length, at), os.fstat(handle).st_size
            )
    except OSError as exc:
        raise CutError(f"{video.name} cannot be read: {exc.strerror}") from exc
    except Mp4Error as exc:
        raise CutError(f"{video.name} is not as it should be: {exc}") from exc
    tracks = [track for kind in _KINDS if (track := movie.track(kind))]
    if not tracks or tracks[0].kind != "video":
        raise CutError(f"{video.name} has no picture")
    shown = [_shown(track) for track in tracks]
    return min(shown[0], key=lambda time: abs(time - at)) - min(map(min, shown))


def _shown(track: Track) -> list[float]:
    """Seconds of a player at which the samples that it shows begin."""
    shift = offset(track)
    times = map(operator.add, track.samples.dts, track.samples.composition)
    return [(time + shift) / track.timescale for time in times if time + shift >= 0] or [0.0]
