"""A stretch of picture and sound, encoded once, that can be repeated without a seam.

Encoders are those of PyAV. A loop starts with a closed group of pictures; the sound is taken from
the second of two rounds, so that its first frame continues the last one.
"""

import io
import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any, Literal

import av
import numpy as np

from devtools.camera.nals import parameter_sets, pictures
from devtools.camera.picture import frames
from devtools.camera.sound import EVERY, RATE, samples

CLOCK = 90_000
"""Ticks of the picture's clock in a second."""

_SOUND_FRAME = {"aac": 1024, "opus": 960}
_ENCODER = {"h264": "libx264", "hevc": "libx265", "aac": "aac", "opus": "libopus"}
_PRESET = {
    "h264": {"preset": "superfast", "profile": "main"},
    "hevc": {"preset": "ultrafast"},
}
_PARAMETERS = {"h264": "x264-params", "hevc": "x265-params"}


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a camera encodes, and which numbers its frames carry."""

    codec: Literal["h264", "hevc"] = "h264"
    audio: Literal["aac", "opus"] | None = "aac"
    width: int = 640
    height: int = 360
    fps: float = 25
    gop: int = 25
    """Frames from one key frame to the next."""
    b_frames: int = 0
    first_number: int = 100_000
    seconds: float = 40
    """Length of the loop, rounded up to whole groups of pictures and whole frames of sound."""

    @property
    def step(self) -> int:
        """Ticks from one picture to the next."""
        return round(CLOCK / self.fps)

    @property
    def frames(self) -> int:
        """Pictures in the loop."""
        unit = math.lcm(self.gop, EVERY)
        count = max(1, math.ceil(self.seconds * self.fps / unit)) * unit
        if self.audio:
            while count * self.step * RATE % (CLOCK * _SOUND_FRAME[self.audio]):
                count += unit
        return count


@dataclass(frozen=True, slots=True)
class Packet:
    """One encoded frame. Times in ticks of its track, from the start of the loop."""

    dts: int
    composition: int
    sync: bool
    payload: bytes


@dataclass(frozen=True, slots=True)
class LoopTrack:
    """One track of a loop."""

    codec: str
    timescale: int
    frame: int
    """Ticks of one frame."""
    length: int
    """Ticks of the whole loop."""
    config: bytes
    """avcC or hvcC payload, AudioSpecificConfig, or OpusHead."""
    packets: tuple[Packet, ...]


@dataclass(frozen=True, slots=True)
class Loop:
    """Picture and, perhaps, sound of the same length."""

    encoding: Encoding
    video: LoopTrack
    audio: LoopTrack | None


@cache
def encode(encoding: Encoding) -> Loop:
    """The loop of `encoding`; the second time it costs nothing."""
    return Loop(encoding, _video(encoding), encoding.audio and _audio(encoding, encoding.audio))


def _video(encoding: Encoding) -> LoopTrack:
    rate = Fraction(CLOCK, encoding.step)
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as out:
        stream = out.add_stream(_ENCODER[encoding.codec], rate=rate, options=_options(encoding))
        stream.width, stream.height, stream.pix_fmt = encoding.width, encoding.height, "yuv420p"
        stream.codec_context.gop_size = encoding.gop
        stream.codec_context.max_b_frames = encoding.b_frames
        size = encoding.width, encoding.height
        for index, picture in enumerate(frames(encoding.first_number, encoding.frames, *size)):
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            frame.pts, frame.time_base = index, 1 / rate
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    config, packets = _demuxed(buffer)
    shown = [round(p.pts * p.time_base * rate) for p in packets]
    delay = max(index - place for index, place in enumerate(shown))
    head = b"".join(len(s).to_bytes(4, "big") + s for s in parameter_sets(encoding.codec, config))
    return LoopTrack(
        encoding.codec,
        CLOCK,
        encoding.step,
        encoding.frames * encoding.step,
        config,
        tuple(
            Packet(
                (index - delay) * encoding.step,
                (place - index + delay) * encoding.step,
                packet.is_keyframe,
                (head if packet.is_keyframe else b"") + pictures(encoding.codec, bytes(packet)),
            )
            for index, (place, packet) in enumerate(zip(shown, packets, strict=True))
        ),
    )


def _audio(encoding: Encoding, codec: Literal["aac", "opus"]) -> LoopTrack:
    unit = _SOUND_FRAME[codec]
    heard = samples(encoding.first_number, encoding.frames, encoding.step / CLOCK)
    rounds = np.concatenate([heard, heard])[np.newaxis, :]
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as out:
        stream = out.add_stream(_ENCODER[codec], rate=RATE, options={"b": "48k"})
        stream.layout = "mono"
        for at in range(0, rounds.shape[1], unit):
            frame = av.AudioFrame.from_ndarray(rounds[:, at : at + unit], "fltp", "mono")
            frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    config, packets = _demuxed(buffer)
    places = [(round(p.pts * p.time_base * RATE) - len(heard), p) for p in packets]
    second = [(at, p) for at, p in places if at > -unit][: len(heard) // unit]
    return LoopTrack(
        codec,
        RATE,
        unit,
        len(heard),
        config,
        tuple(Packet(at, 0, sync=True, payload=bytes(p)) for at, p in second),
    )


def _demuxed(file: io.BytesIO) -> tuple[bytes, list[Any]]:
    file.seek(0)
    with av.open(file) as container:
        (stream,) = container.streams
        packets = [packet for packet in container.demux(stream) if packet.size]
        return bytes(stream.codec_context.extradata), packets


def _options(encoding: Encoding) -> dict[str, str]:
    common = {
        "keyint": encoding.gop,
        "min-keyint": encoding.gop,
        "bframes": encoding.b_frames,
        "b-adapt": 0,
        "b-pyramid": 0 if encoding.codec == "hevc" else "none",
        "scenecut": 0,
        "open-gop": 0,
    }
    if encoding.codec == "hevc":
        common |= {"log-level": "none", "info": 0}
    said = ":".join(f"{key}={value}" for key, value in common.items())
    return _PRESET[encoding.codec] | {_PARAMETERS[encoding.codec]: said}
