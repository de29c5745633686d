"""Does a clip play? Decodes all of it, with a decoder that the worker did not use for its own proof."""

from dataclasses import dataclass
from pathlib import Path

import av


class UnplayableError(Exception):
    """The clip does not decode to its last frame."""


@dataclass(frozen=True, slots=True)
class Played:
    """What came out of a clip."""

    frames: int
    seconds: float
    width: int
    height: int
    codecs: str


def play(path: Path) -> Played:
    """Decodes picture and sound to the end; raises `UnplayableError` if anything is missing."""
    try:
        with av.open(str(path)) as clip:
            return _decode(clip)
    except (av.FFmpegError, OSError) as exc:
        raise UnplayableError(f"{path.name} does not decode: {exc}") from exc


def _decode(clip: av.container.InputContainer) -> Played:
    frames = packets = 0
    start = end = 0.0
    for stream in clip.streams:
        stream.codec_context.options = {"err_detect": "explode"}
    for packet in clip.demux():
        is_video = packet.stream.type == "video"
        packets += is_video and packet.size > 0
        for frame in packet.decode():
            if is_video and frame.time is not None:
                start = min(start, frame.time) if frames else frame.time
                end = max(end, frame.time)
                frames += 1
    if frames == 0 or frames != packets:
        raise UnplayableError(f"{frames} of {packets} pictures decode")
    video = clip.streams.video[0]
    step = (end - start) / (frames - 1) if frames > 1 else 0.0
    codecs = " + ".join(stream.codec_context.name for stream in clip.streams)
    return Played(frames, end - start + step, video.width, video.height, codecs)
