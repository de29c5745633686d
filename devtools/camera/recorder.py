"""When MediaMTX starts a part and a file (internal/recorder/format_fmp4_{track,segment,part}.go).

A frame is written when the next one of its track arrives, because only then its duration is known;
so the last frame before the end of a stream is never recorded.
"""

import os
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path

from devtools.camera import boxes
from devtools.camera.boxes import Run, Sample, Track
from devtools.camera.naming import file_name

_SECOND = 1_000_000_000
_FARTHEST = _SECOND
"""How far a track may be behind at a cut and still lead the next file."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A frame as the recorder gets it. `dts` and `composition` in ticks of its track."""

    at: int
    """When it arrives, nanoseconds since the epoch."""
    track: Track
    dts: int
    composition: int
    sync: bool
    payload: bytes
    ntp: int
    """Wall clock of its presentation as the recorder estimates it."""

    @property
    def ns(self) -> int:
        """`dts` in nanoseconds."""
        return self.dts * _SECOND // self.track.media.timescale


@dataclass(slots=True)
class _Part:
    number: int
    start: int
    end: int = 0
    runs: dict[int, tuple[Track, int, list[Sample]]] = field(default_factory=dict)


@dataclass(slots=True)
class _File:
    number: int
    start: int
    ntp: int
    end: int = 0
    handle: int | None = None
    parts: int = 0
    part: _Part | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a recorder puts its files, and how long they are (nanoseconds)."""

    root: Path
    path: str
    pattern: str
    zone: tzinfo | None = None
    """None: the zone of this machine."""
    segment: int = 5 * _SECOND
    part: int = _SECOND


class Recorder:
    """Records one publishing session. Files get the times at which they would have been written."""

    def __init__(
        self, place: Place, tracks: Sequence[Track], stream_id: bytes, chance: random.Random
    ) -> None:
        self._place = place
        self._tracks = tracks
        self._stream_id = stream_id
        self._chance = chance
        self._next: dict[int, Arrival] = {}
        self._file: _File | None = None
        self._files = 0

    def write(self, arrival: Arrival) -> None:
        """Takes the next frame of a track."""
        track = arrival.track
        previous = self._next.get(track.id)
        self._next[track.id] = arrival
        if previous is None:
            return
        if self._file is None:
            self._open(previous.ns, previous.ntp)
        assert self._file
        if previous.ns < self._file.start:
            return  # "sample received too late, discarding"
        self._add(self._file, previous, arrival)
        if track.is_video and arrival.sync and arrival.ns - self._file.start >= self._place.segment:
            self.close(arrival.at)
            leader = self._leader()
            self._open(leader.ns, leader.ntp)

    def close(self, at: int) -> None:
        """Ends the current file in order."""
        file = self._file
        if file is None:
            return
        self._write_part(file, at)
        if file.handle is not None:
            milliseconds = (file.end - file.start) // 1_000_000
            os.pwrite(file.handle, milliseconds.to_bytes(4, "big"), boxes.DURATION_AT)
        self._let_go(file, at)

    def die(self, at: int) -> None:
        """Leaves the current file as a crash does: what was not written is lost."""
        if self._file is not None:
            self._let_go(self._file, at)

    def tear(self, at: int, *, patched: bool) -> None:
        """Writes half of the current part, as a full disk (`patched` header) or a power loss does."""
        file = self._file
        if file is None or file.part is None:
            self.die(at)
            return
        whole = 0 if file.handle is None else os.fstat(file.handle).st_size
        self._write_part(file, at)
        assert file.handle is not None
        size = os.fstat(file.handle).st_size
        os.ftruncate(file.handle, (whole + size) // 2)
        if patched:
            self.close(at)
        else:
            self.die(at)

    def _open(self, start: int, ntp: int) -> None:
        self._file = _File(self._files, start, ntp, end=start)
        self._files += 1

    def _leader(self) -> Arrival:
        """The oldest waiting frame leads the next file, unless it is far behind."""
        newest = max(waiting.ns for waiting in self._next.values())
        near = [w for w in self._next.values() if newest - w.ns <= _FARTHEST]
        return min(near, key=lambda waiting: waiting.ns)

    def _add(self, file: _File, arrival: Arrival, following: Arrival) -> None:
        if file.part and file.part.end - file.part.start >= self._place.part:
            self._write_part(file, following.at)
        if file.part is None:
            file.part = _Part(file.parts, arrival.ns)
            file.parts += 1
        track, scale = arrival.track, arrival.track.media.timescale
        duration = following.dts - arrival.dts
        end = arrival.ns + duration * _SECOND // scale
        file.end, file.part.end = max(file.end, end), max(file.part.end, end)
        start = (arrival.ns - file.start) * scale // _SECOND
        _, _, samples = file.part.runs.setdefault(track.id, (track, start, []))
        samples.append(Sample(duration, arrival.composition, arrival.sync, arrival.payload))

    def _write_part(self, file: _File, at: int) -> None:
        if file.part is None:
            return
        if file.handle is None:
            file.handle = self._create(file)
        runs = [Run(*run) for run in file.part.runs.values()]
        self._chance.shuffle(runs)  # the recorder keeps them in a Go map
        os.write(file.handle, boxes.part(file.part.number, runs))
        os.utime(file.handle, ns=(at, at))
        file.part = None

    def _create(self, file: _File) -> int:
        place = self._place
        path = place.root / file_name(place.pattern, place.path, file.ntp, place.zone)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644)
        box = boxes.mtxi(self._stream_id, file.number, file.start, file.ntp)
        os.write(handle, boxes.header(self._tracks, box))
        return handle

    def _let_go(self, file: _File, at: int) -> None:
        if file.handle is not None:
            os.utime(file.handle, ns=(at, at))
            os.close(file.handle)
        self._file = None
