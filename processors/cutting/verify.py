"""The proof: a clip is compared, sample by sample, with the reel that it was cut from.

Exit codes are not believed and neither is a duration in a header. What is compared was read from
the finished file; nothing is decoded. Frames must be the inputs' own, byte count by byte count, in
their order, each at its planned time; sound that is copied likewise.
"""

from __future__ import annotations  # array[int] cannot be evaluated before Python 3.12

import operator
import struct
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat

from processors.cutting.reel import Reel, Strip, offset, round_div
from processors.errors import ProofError
from processors.mp4.boxes import Buffer, children
from processors.mp4.codecs import COPIED_SOUND, mime_codecs
from processors.mp4.movie import Movie, Samples, Track
from processors.mp4.nals import LEAST_SOUND, broken_sample, without_promises, zeroed_sample
from processors.mp4.windows import Window, inside
from schemas.instant import NANOS

_MILLI = NANOS // 1000
_TOLERANCE = _MILLI + _MILLI // 4
"""ffmpeg counts in microseconds and writes empty edits in milliseconds."""
_ENCODED = 100 * _MILLI
"""Encoded sound has its own frame length and a lead-in of the encoder."""
_BEGIN = struct.Struct(">Q")
"""The `LEAST_SOUND` bytes with which a sound frame begins."""
_OVERHANG = 3 * NANOS // 2
"""A recorder's sound may go on after the last frame (measured: up to 0.7 s)."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What a proven clip is."""

    first_frame: int
    """Nanoseconds from a player's time 0 to the first frame."""
    duration: int
    """Nanoseconds, as a player shows it."""
    frames: int
    """That a player shows."""
    size: int
    """Bytes."""
    width: int
    height: int
    mime_codecs: str | None
    took: int = 0
    """Nanoseconds that the proof itself took."""


def prove(
    reel: Reel,
    movie: Movie,
    data: Buffer,
    *,
    sound_copied: bool = True,
    windows: Iterable[Window] | None = None,
) -> Proof:
    """What the clip `data`, read as `movie`, is; raises `ProofError` where it is not `reel`.

    `windows`: the same bytes in order, where they are easier to come by; of `data` only boxes are
    looked at then.
    """
    _prove_boxes(movie, data)
    video = _only(movie, "video")
    _prove_frames(reel.video, video)
    first = _shown_at(video, reel.first)
    _prove_times(reel.video, video, first)
    frames = _prove_shown(reel, video)
    ends = [first + reel.length]
    tracks = [video]
    if reel.audio:
        sound = _only(movie, "audio")
        tracks.append(sound)
        prove_sound = _prove_copied if sound_copied else _prove_encoded
        prove_sound(reel.audio, sound, first)
        ends.append(_end(sound))
        if ends[1] > ends[0] + _OVERHANG:
            raise ProofError(f"sound goes on for {(ends[1] - ends[0]) / NANOS:.1f} s too long")
    _prove_whole(tracks, data, windows)
    return Proof(
        first_frame=first,
        duration=max(ends),
        frames=frames,
        size=movie.size,
        width=video.width,
        height=video.height,
        mime_codecs=mime_codecs(movie),
    )


def _prove_boxes(movie: Movie, data: Buffer) -> None:
    if not movie.tiled or movie.size != len(data):
        raise ProofError(f"boxes fill {movie.whole} of {len(data)} bytes of the clip")
    kinds = [box.kind for box in children(data, 0, len(data))]
    if movie.fragmented or b"moov" not in kinds or b"mdat" not in kinds:
        raise ProofError("the clip is not a plain MP4 file")
    if kinds.index(b"moov") > kinds.index(b"mdat"):
        raise ProofError("the clip has its index at the end, so it would not play while it loads")


def _only(movie: Movie, kind: str) -> Track:
    tracks = [track for track in movie.tracks if track.kind == kind and len(track.samples)]
    if len(tracks) != 1:
        raise ProofError(f"the clip has {len(tracks)} {kind} tracks instead of 1")
    return tracks[0]


def _prove_frames(strip: Strip, track: Track) -> None:
    """The same frames, of the same codec, in the same order."""
    samples = track.samples
    if len(samples) != len(strip):
        raise ProofError(f"the clip has {len(samples)} frames instead of {len(strip)}")
    if samples.size != strip.size:
        at = _first_difference(samples.size, strip.size)
        raise ProofError(
            f"frame {at} of the clip has {samples.size[at]} bytes instead of {strip.size[at]}"
        )
    if _decoder(track) != _decoder(strip.track):
        raise ProofError("the clip's decoder configuration is not that of its segments")
    if track.matrix != strip.track.matrix:
        raise ProofError("the clip's picture is turned another way than its segments'")
    if samples.sync[0] != strip.sync[0]:
        raise ProofError("the clip does not start on the planned key frame")


def _decoder(track: Track) -> tuple[bytes, int, int]:
    return without_promises(track), track.width, track.height


def _prove_times(strip: Strip, track: Track, first: int, skip: int = 0) -> None:
    """Decode times strictly rising and, like the presentation times, as planned.

    `first` is where time 0 of the strip is shown; `skip` samples of the track come before the strip.
    """
    samples, zero = track.samples, first - _nanos(track, offset(track))
    one_clock = track.timescale == strip.timescale
    same = one_clock and _same_pace(strip, samples)
    if min(strip.steps) <= 0 if same else _falls(samples.dts):
        raise ProofError(f"decode times of the clip's {track.kind} do not rise")
    shown = () if same else _presented(samples)[skip : skip + len(strip)]
    if one_clock:
        # The distances are whole ticks, and only the extremes are of interest.
        ticks = list(map(operator.sub, shown, strip.shown)) or [samples.dts[0] - strip.dts[0]]
        offs = {tick: _nanos(track, tick) - zero for tick in (min(ticks), max(ticks))}
    else:
        pairs = zip(shown, strip.shown, strict=True)
        ticks = [_nanos(track, a) - zero - strip.nanos(b) for a, b in pairs]
        offs = {off: off for off in (min(ticks), max(ticks))}
    for tick, off in offs.items():
        if abs(off) > _TOLERANCE:
            at = ticks.index(tick)
            raise ProofError(
                f"{track.kind} sample {at} of the clip is {off / _MILLI:.1f} ms away from its time"
            )


def _same_pace(strip: Strip, samples: Samples) -> bool:
    """Whether the samples follow one another as planned to the tick, so that one tells of all."""
    tick = samples.dts[0] - strip.dts[0]
    return (
        array("q", samples.composition) == strip.composition
        and array("q", [at + tick for at in strip.dts]) == samples.dts
    )


def _presented(samples: Samples) -> list[int]:
    return list(map(operator.add, samples.dts, samples.composition))


def _prove_shown(reel: Reel, video: Track) -> int:
    """How many frames are shown: the edit list hides what must be hidden, and nothing else."""
    planned, shown = reel.video.shown, _presented(video.samples)
    start = video.edit_start
    end = start + video.edit_length if video.edit_length else max(shown) + 1
    limit = round_div(reel.length * reel.video.timescale, NANOS)
    if min(planned) >= 0 and max(planned) < limit and min(shown) >= start and max(shown) < end:
        return len(planned)
    wanted = [0 <= at < limit for at in planned]
    if wanted != [start <= at < end for at in shown]:
        raise ProofError("the clip hides other frames than planned")
    return wanted.count(True)


def _falls(dts: array[int]) -> bool:
    return len(dts) > 1 and min(map(operator.sub, dts[1:], dts)) <= 0


def _prove_whole(tracks: Sequence[Track], data: Buffer, windows: Iterable[Window] | None) -> None:
    """No sample is damaged, as far as can be told without decoding it."""
    if windows is None:
        for track in tracks:
            _prove_samples(data, track, 0)
        return
    for track in tracks:
        if _falls(track.samples.offset):
            raise ProofError(f"the {track.kind} of the clip does not lie in its own order")
    for window in windows:
        for track in tracks:
            first, held = inside(track, window)
            _prove_samples(window.data, held, first)


def _prove_samples(data: Buffer, track: Track, first: int) -> None:
    """`first`: number of the first sample of `track` in the clip."""
    if track.kind == "audio":
        _prove_sound_whole(data, track, first)
        return
    if (bad := broken_sample(data, track)) is not None:
        raise ProofError(
            f"frame {first + bad} of the clip is damaged: its NAL units do not fill it"
        )
    if (bad := zeroed_sample(data, track)) is not None:
        raise ProofError(f"frame {first + bad} of the clip is damaged: it has a hole in it")


def _prove_sound_whole(data: Buffer, sound: Track, first: int) -> None:
    if sound.format not in COPIED_SOUND:
        return  # zeros are silence
    samples = sound.samples
    far = max(samples.offset, default=0) + LEAST_SOUND > len(data)
    # The first bytes tell of nearly all, without a slice for each.
    if not far and (0,) not in map(_BEGIN.unpack_from, repeat(data), samples.offset):
        return
    for i, (at, size) in enumerate(zip(samples.offset, samples.size, strict=True), first):
        if size >= LEAST_SOUND and not any(data[at : at + size]):
            raise ProofError(f"sound sample {i} of the clip is damaged: it has a hole in it")


def _prove_copied(strip: Strip, track: Track, first: int) -> None:
    """The inputs' own sound. Some of the first and last file may stand before and after it."""
    samples, wanted = track.samples, strip.size
    starts = _ticks(track, first + strip.nanos(strip.dts[0]) - _TOLERANCE)
    skip = bisect_left(samples.dts, starts)
    if samples.size[skip : skip + len(wanted)] != wanted:
        raise ProofError(
            f"the clip's {len(samples)} samples of sound are not the {len(wanted)} of its segments"
        )
    _prove_times(strip, track, first, skip)


def _ticks(track: Track, nanos: int) -> int:
    """A time of the clip in the media time of a track."""
    return round_div(nanos * track.timescale, NANOS) - offset(track)


def _prove_encoded(strip: Strip, track: Track, first: int) -> None:
    """Sound that could not be copied: there from the start to the end of what was recorded."""
    starts, ends = _shown_at(track, 0) - first, _end(track) - first
    off_start, off_end = starts - strip.nanos(strip.dts[0]), ends - strip.nanos(strip.end)
    if off_start > _ENCODED or off_end < -_ENCODED:
        raise ProofError(
            f"sound starts {off_start / _MILLI:.0f} ms and ends {-off_end / _MILLI:.0f} ms too soon"
        )
    if _falls(track.samples.dts):
        raise ProofError("decode times of the clip's audio do not rise")


def _nanos(track: Track, ticks: int) -> int:
    return round_div(ticks * NANOS, track.timescale)


def _shown_at(track: Track, index: int) -> int:
    """Nanoseconds of a player at which a sample is shown."""
    samples = track.samples
    return _nanos(track, samples.dts[index] + samples.composition[index] + offset(track))


def _end(track: Track) -> int:
    samples = track.samples
    end = samples.dts[-1] + samples.duration[-1]
    if track.edit_length:
        end = min(end, track.edit_start + track.edit_length)
    return _nanos(track, end + offset(track))


def _first_difference(a: Sequence[int], b: Sequence[int]) -> int:
    return next(i for i, (x, y) in enumerate(zip(a, b, strict=True)) if x != y)
