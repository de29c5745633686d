"""A publishing session: what arrives at the recorder, and when."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import count

from devtools.camera.boxes import Track
from devtools.camera.loop import CLOCK, Encoding, encode
from devtools.camera.recorder import Arrival

_SECOND = 1_000_000_000
_TRAVEL = 5_000_000
"""Nanoseconds from the camera's encoder to the recorder."""
_LEAST_STEP = 90
"""What the recorder adds to a decode time that would not grow (1 ms)."""


class Ending(StrEnum):
    """What becomes of the file that is being written when a session ends."""

    CLOSED = "closed"
    """The publisher leaves or the recorder is stopped: the header gets the duration."""
    KILLED = "killed"
    """The recorder is killed: duration 0, whole parts only. A growing file looks the same."""
    TORN = "torn"
    """The power fails: duration 0, half a part at the end."""
    FULL = "full"
    """The disk is full: the header gets the duration, half a part at the end."""


@dataclass(frozen=True, slots=True)
class Session:
    """One connection of a camera. Times in nanoseconds unless named otherwise."""

    encoding: Encoding
    start: int
    """When the first picture is taken, since the epoch."""
    seconds: float | None = None
    """How long it lasts; None is without end."""
    ending: Ending = Ending.CLOSED
    sound_late: float = 0.0
    """Seconds that the sound is presented after its picture."""
    sound_delay: float = 0.0
    """Seconds that the sound arrives later than its time says; makes it lead files."""
    burst_late: float = 0.0
    """Seconds by which the recorder takes the first frames (of 1 s) to be later than they are."""

    @property
    def tracks(self) -> tuple[Track, ...]:
        """Picture is 1, sound is 2."""
        loop, size = encode(self.encoding), self.encoding
        video = Track(1, loop.video, size.width, size.height)
        return (video,) if loop.audio is None else (video, Track(2, loop.audio))

    def number_at(self, instant: int) -> int:
        """The number in the picture that was shown at `instant`."""
        index = (instant - self.start) * CLOCK // (self.encoding.step * _SECOND)
        return self.encoding.first_number + index % self.encoding.frames

    def arrivals(self) -> Iterator[Arrival]:
        """Every frame in the order of arrival."""
        video, *sound = self.tracks
        tracks = [self._pictures(video), *(self._sounds(track) for track in sound)]
        return heapq.merge(*tracks, key=lambda arrival: arrival.at)

    def _pictures(self, track: Track) -> Iterator[Arrival]:
        loop, step = track.media, track.media.frame
        lead = max(p.dts + p.composition - k * step for k, p in enumerate(loop.packets))
        newest = -_LEAST_STEP
        for index in self._indices(step, CLOCK):
            lap, place = divmod(index, len(loop.packets))
            packet = loop.packets[place]
            decoded = packet.dts + lap * loop.length
            shown = decoded + packet.composition
            newest = max(decoded, newest + _LEAST_STEP)
            at = self.start + (index * step + lead) * _SECOND // CLOCK + _TRAVEL
            ntp = self._ntp(at, shown * _SECOND // CLOCK)
            yield Arrival(at, track, newest, shown - newest, packet.sync, packet.payload, ntp)

    def _sounds(self, track: Track) -> Iterator[Arrival]:
        loop, rate = track.media, track.media.timescale
        late = round(self.sound_late * rate)
        delay = round(self.sound_delay * _SECOND) + _TRAVEL
        for index in self._indices(loop.frame, rate):
            lap, place = divmod(index, len(loop.packets))
            packet = loop.packets[place]
            dts = packet.dts + lap * loop.length + late
            if dts < 0:
                continue  # an encoder's first frame may start before the stream
            at = self.start + (dts - late + loop.frame) * _SECOND // rate + delay
            ntp = self._ntp(at, dts * _SECOND // rate)
            yield Arrival(at, track, dts, 0, packet.sync, packet.payload, ntp)

    def _indices(self, step: int, clock: int) -> Iterator[int]:
        if self.seconds is None:
            return iter(count())
        return iter(range(int(self.seconds * clock) // step))

    def _ntp(self, at: int, shown: int) -> int:
        late = self.burst_late if at - self.start < _SECOND else 0
        return self.start + shown + round(late * _SECOND)
