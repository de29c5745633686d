"""What ffmpeg is told to bring recorded files into their common form: one MP4 file for each. Pure.

Times are the files' own (`-copyts`), so what comes out can be compared frame by frame. Every frame
is kept at its own time (`-fps_mode passthrough`); none is made up, and a gap stays a gap.
A change of size in the middle of a file must not set up the filters anew (`-reinit_filter 0`):
`scale` follows it, `trim` would begin again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePath

from processors.cutting.form import Form
from processors.cutting.held import HeldFile
from schemas.instant import NANOS

_SMALL = 1920 * 1088
"""Pixels up to which level 4.2 will do. A fixed one, so that all files get the same header."""


_LONG = 60 * NANOS
"""Shorter files are read whole."""
_MARGIN = 2 * NANOS
"""By this much too much is read of longer ones: sound and picture do not lie side by side."""


@dataclass(frozen=True, slots=True)
class Task:
    """One file to bring into the common form."""

    source: PurePath
    """Absolute."""
    size: int
    """Bytes to read."""
    held: HeldFile
    target: PurePath
    frames: tuple[int, int] | None = None
    """Of pictures to encode: between which instants the frames to keep lie, if not all. No frame
    lies so near to either that rounding could tell."""
    sound: tuple[int, int] | None = None
    """The same of sound, which may go on after the file's last frame."""

    @property
    def kept_sound(self) -> list[int]:
        """Numbers of the pieces of sound that the target must hold, where they are copied."""
        audio = self.held.audio
        if audio is None:
            return []
        start, end = self.sound or (min(audio.shown), max(audio.shown) + 1)
        return [i for i in self.held.placed_sound if start <= audio.shown[i] < end]


def conform_argv(ffmpeg: str, tasks: Sequence[Task], form: Form) -> list[str]:
    """The command line that makes the target of each of `tasks`."""
    argv = [ffmpeg, "-nostdin", "-hide_banner", "-nostats", "-v", "error", "-y", "-xerror"]
    argv += ["-copyts", "-protocol_whitelist", "file,subfile"]
    for task in tasks:
        if form.size:
            argv += ["-reinit_filter", "0", *_reach(task)]
        argv += ["-i", f"subfile,,start,0,end,{task.size},,:{task.source}"]
    silent = [task for task in tasks if _needs_silence(task, form)]
    for task in silent:
        argv += _silence(task, form)
    for i, task in enumerate(tasks):
        sound = len(tasks) + silent.index(task) if task in silent else i
        argv += [*_picture(i, task, form), *_sound(sound, task, form)]
        argv += ["-map_metadata", "-1", "-map_chapters", "-1"]
        argv += ["-output_ts_offset", _seconds(-task.held.begin)]
        argv += ["-video_track_timescale", "90000", "-f", "mp4", str(task.target)]
    return argv


def _reach(task: Task) -> list[str]:
    """Reads a long file from the key frame before its frames to a little after them only."""
    video = task.held.video
    if task.frames is None or video.end - task.held.begin < _LONG:
        return []
    first, end = task.frames
    keys = (at for at, key in zip(video.shown, video.keys, strict=True) if key and at <= first)
    start = max(0, max(keys, default=0) - task.held.begin - _MARGIN)
    length = end - task.held.begin - start + 2 * _MARGIN
    return ["-noaccurate_seek", "-ss", _seconds(start), "-t", _seconds(length)]


def _needs_silence(task: Task, form: Form) -> bool:
    return form.sound and form.channels is not None and task.held.audio is None


def _silence(task: Task, form: Form) -> list[str]:
    begin, end = task.held.begin, task.held.video.end
    layout = "stereo" if form.channels == 2 else "mono"
    source = f"anullsrc=r=48000:cl={layout}"
    return [
        *("-itsoffset", _seconds(begin), "-t", _seconds(end - begin)),
        *("-f", "lavfi", "-i", source),
    ]


def _picture(index: int, task: Task, form: Form) -> list[str]:
    argv = ["-map", f"{index}:v:0"]
    if form.size is None:
        return [*argv, "-c:v", "copy", *(("-tag:v", "hvc1") if form.hevc else ())]
    width, height = form.size
    filters = [
        *_trim(task.frames, "trim"),
        "scale=iw*sar:ih",
        f"scale={width}:{height}:force_original_aspect_ratio=decrease",
        f"pad={width}:{height}:-1:-1",
        "setsar=1",
        "format=yuv420p",
    ]
    level = "4.2" if width * height <= _SMALL else "5.2"
    return [
        *argv,
        *("-vf", ",".join(filters)),
        *("-fps_mode", "passthrough", "-enc_time_base", "1:90000"),
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-profile:v", "high"),
        # Without B-frames decode times are presentation times, and files touch without overlap.
        *("-level:v", level, "-bf", "0", "-g", "50"),
    ]


def _sound(index: int, task: Task, form: Form) -> list[str]:
    if not form.sound:
        return ["-an"]
    argv = ["-map", f"{index}:a:0"]
    if form.channels is None:
        return [*argv, "-c:a", "copy", *_drop(task)]
    filters = ["aresample=48000:async=1:min_hard_comp=0.02", *_trim(task.sound, "atrim")]
    return [
        *argv,
        *("-af", ",".join(filters)),
        *("-c:a", "aac", "-ac", str(form.channels), "-b:a", f"{64 * form.channels}k"),
    ]


def _trim(kept: tuple[int, int] | None, name: str) -> list[str]:
    if kept is None:
        return []
    start, end = map(_seconds, kept)
    return [f"{name}=start={start}:end={end}"]


def _drop(task: Task) -> list[str]:
    """Leaves out of sound that is copied what lies outside of `task.sound`, or not in its place.

    By number, where the file is read from its start: of sound in MPEG-TS, ffmpeg 5.1 misreads `tb`.
    """
    kept = task.kept_sound
    if task.held.audio is None or len(kept) == len(task.held.audio.shown):
        return []
    if task.sound and _reach(task):
        start, end = task.sound
        left_out = f"lt(pts*tb\\,{_seconds(start)})+gte(pts*tb\\,{_seconds(end)})"
    else:
        breaks = [(a, b) for a, b in pairwise([-1, *kept, len(task.held.audio.shown)]) if b > a + 1]
        left_out = "+".join(f"between(n\\,{a + 1}\\,{b - 1})" for a, b in breaks)
    return ["-bsf:a", f"noise=drop={left_out}"]


def _seconds(nanos: int) -> str:
    return f"{nanos / NANOS:.6f}"
