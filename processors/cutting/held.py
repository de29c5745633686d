"""What a recorded file holds, whatever its container: enough to say what a conversion must give."""

import math
import operator
from dataclasses import dataclass, replace

from processors.cutting.reel import OVERHANG, offset, round_div
from processors.mp4.movie import Kind, Movie, Track
from processors.mp4.nals import is_whole
from processors.mp4.parameters import NAL_CODECS, Shape, shapes_in
from processors.mp4.parts import Read
from processors.mp4.payload import digest, splitter
from schemas.instant import NANOS

_PLAYED = frozenset({"h264", "hevc", "av1", "vp9", "vp8"})
"""Codecs of picture that browsers play."""
_PLAYED_SOUND = frozenset({"aac", "opus", "mp3", "ac3", "eac3", "flac"})
"""The same of sound."""

_OTHERS = {
    "av01": "av1",
    "vp09": "vp9",
    "vp08": "vp8",
    "Opus": "opus",
    ".mp3": "mp3",
    "ac-3": "ac3",
    "ec-3": "eac3",
    "fLaC": "flac",
}
_CODECS = NAL_CODECS | _OTHERS
_OBJECT_TYPES = {0x20: "mpeg4", 0x6C: "mjpeg", 0x40: "aac", 0x69: "mp3", 0x6B: "mp3"}
"""Of MPEG-4 sample entries (source: mp4ra.org, object types)."""


@dataclass(frozen=True, slots=True)
class Held:
    """A track. Times are nanoseconds by the file's own clock, after its edit list."""

    kind: Kind
    codec: str
    """ffmpeg's name."""
    config: bytes
    """What its decoder is told; comparable between files of one container."""
    shown: tuple[int, ...]
    """When each frame is shown, in order of the file."""
    end: int
    """When the last one ends."""
    keys: bytes
    """1 for each frame at which decoding may start."""
    digests: tuple[str, ...]
    """Of each frame, see `payload`; empty where they were not looked into."""
    damaged: int | None = None
    """The first frame that is not whole, of those looked into."""
    width: int = 0
    height: int = 0
    shapes: tuple[Shape, ...] = ()
    """The different ones inside the frames; empty where they tell none."""
    rate: int = 0
    channels: int = 0

    @property
    def form(self) -> tuple[object, ...]:
        """Equal where tracks may be joined by copying."""
        return self.codec, self.config, self.width, self.height, self.rate, self.channels

    @property
    def decodable(self) -> tuple[int, ...]:
        """When the frames from the first key frame on are shown."""
        head = self.keys.find(1)
        return self.shown[head:] if head >= 0 else ()

    @property
    def played(self) -> bool:
        """Whether browsers play it."""
        if self.kind == "audio":
            return self.codec in _PLAYED_SOUND
        return self.codec in _PLAYED and all(shape.chroma == 1 for shape in self.shapes)

    @property
    def size(self) -> tuple[int, int]:
        """The largest picture in it."""
        sizes = [(shape.width, shape.height) for shape in self.shapes]
        return max(sizes or [(self.width, self.height)], key=lambda size: size[0] * size[1])


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file: its first track of each kind that has frames."""

    video: Held
    audio: Held | None

    @property
    def begin(self) -> int:
        """The first instant of picture or sound."""
        return min(min(track.shown) for track in (self.video, self.audio) if track)

    def with_placed_sound(self) -> "HeldFile":
        """Without its sound, if nothing of that has its place."""
        return self if self.placed_sound else replace(self, audio=None)

    @property
    def placed_sound(self) -> list[int]:
        """Numbers of the pieces of sound that are later than all before them, and beside the picture."""
        shown, behind = self.audio.shown if self.audio else (), self.video.end + OVERHANG
        kept, latest = [], -math.inf
        for i, at in enumerate(shown):
            if latest < at < behind:
                kept.append(i)
                latest = at
        return kept


def held_movie(movie: Movie, read: Read, *, look: bool) -> HeldFile | None:
    """An MP4 file that `read` reads; None where it has no picture.

    `look`: look into each frame of the picture, too. That reads the whole file.
    """
    video, audio = movie.track("video"), movie.track("audio")
    if video is None:
        return None
    return HeldFile(_held(video, read, look=look), _held(audio, read, look=True) if audio else None)


def _held(track: Track, read: Read, *, look: bool) -> Held:
    samples, shift = track.samples, offset(track)

    def nanos(ticks: int) -> int:
        return round_div((ticks + shift) * NANOS, track.timescale)

    shown = list(map(operator.add, samples.dts, samples.composition))
    digests, damaged = _look(track, read) if look else ((), None)
    return Held(
        kind=track.kind,
        codec=_codec(track),
        config=track.config,
        shown=tuple(map(nanos, shown)),
        end=nanos(max(map(operator.add, shown, samples.duration))),
        keys=bytes(samples.sync),
        digests=digests,
        damaged=damaged,
        width=track.width,
        height=track.height,
        shapes=tuple(shapes_in(read, track)),
        rate=track.sample_rate,
        channels=track.channels,
    )


def _codec(track: Track) -> str:
    if track.format in {"mp4v", "mp4a"}:
        return _OBJECT_TYPES.get(track.config[0] if track.config else 0, track.format)
    return _CODECS.get(track.format, track.format)


def _look(track: Track, read: Read) -> tuple[tuple[str, ...], int | None]:
    split, samples = splitter(_codec(track), track.config), track.samples
    digests, damaged = [], None
    for i, (at, size) in enumerate(zip(samples.offset, samples.size, strict=True)):
        frame = bytes(read(at, size))
        digests.append(digest(split(frame)))
        if damaged is None and not is_whole(frame, track):
            damaged = i
    return tuple(digests), damaged
