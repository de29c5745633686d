"""The stream clock: at which instant each file's own time zero lies.

The recorder's wall clock is a chain of estimates. From file to file of an unbroken stream it steps
by up to 0.66 s although not a frame is missing; the clock inside the stream does not step at all
(measured on MediaMTX 1.20). So files are placed within their stream by the stream's own time, and
the stream is placed on the wall by the median of what the files nearby say, never by its first file
alone: that one is late by the publisher's start-up burst. A camera whose clock drifts is followed,
because only nearby files are asked.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median_high

from processors.footage.recording import Recording
from processors.mp4.outline import Outline
from schemas.instant import NANOS

_ASKED = 5
"""Files whose clocks are asked."""
_ASKED_ROUGH = 9
"""The same where names are cut to the second: each narrows down where the second began."""
_UNSURE = 700 * NANOS // 1000
"""How far the clock of a stream's first file, or of sound, may be off (measured: 0.66 s)."""
_JOIN = NANOS // 10
"""Files of a stream touch if they are closer than this in the stream's own time."""
LONGEST = 3
"""So many times as long as the longest picture of a file its last one may stand."""
_WRAP = (1 << 33) * NANOS // 90_000
"""MPEG-TS time begins anew after this long (26.5 hours)."""
_ROUGH = NANOS // 100
"""Names that are cut to more than this are rough."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A file on the wall clock."""

    recording: Recording
    stream: object
    """Equal for files of one unbroken stream."""
    number: int
    """Of the file within its stream."""
    position: int
    """The stream's own time at the file's zero."""
    zero: int
    """Wall clock of the file's own time zero, nanoseconds since the epoch."""
    uncertainty: int
    said: int
    """Where the file's own name puts its zero."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one file says about its stream's clock."""

    recording: Recording
    start: int
    stream: object
    number: int
    position: int
    """The stream's own time at the file's zero."""
    wall: int
    """Wall clock of the file's zero by the file's own word; up to `grain` later."""
    grain: int
    led_by_video: bool

    @property
    def anchor(self) -> int:
        """Wall clock of the stream's own zero."""
        return self.wall - self.position


def place(recordings: Iterable[tuple[Recording, int]]) -> list[Placed]:
    """Files that have samples, on the wall clock; each comes with the start that its name tells."""
    streams: dict[object, list[_Reading]] = defaultdict(list)
    last: _Reading | None = None
    for recording, start in sorted(recordings, key=lambda pair: pair[1]):
        if recording.shown is None:
            continue
        last = _by_mtxi(recording, start) or _by_name(recording, start, last)
        streams[last.stream].append(last)
    return [_placed(r, readings) for readings in streams.values() for r in readings]


def _by_mtxi(recording: Recording, start: int) -> _Reading | None:
    outline = recording.outline
    if outline is None or outline.mtxi is None:
        return None
    mtxi = outline.mtxi
    return _Reading(
        recording,
        start,
        stream=mtxi.stream_id,
        number=mtxi.number,
        position=mtxi.dts,
        wall=mtxi.ntp - recording.told,
        grain=0,
        led_by_video=_led_by_video(recording),
    )


def _by_name(recording: Recording, start: int, last: _Reading | None) -> _Reading:
    joined = None if last is None else _position_after(last, recording, start)
    return _Reading(
        recording,
        start,
        stream=recording.path if joined is None or last is None else last.stream,
        number=0 if joined is None or last is None else last.number + 1,
        position=joined or 0,
        wall=start - recording.told,
        grain=recording.grain,
        led_by_video=_led_by_video(recording),
    )


def _position_after(last: _Reading, recording: Recording, start: int) -> int | None:
    """Where `recording` lies in the stream of `last`, if it continues it; else None."""
    one, two = last.recording.shown, recording.shown
    mine, other = last.recording.outline, recording.outline
    if one is None or two is None or mine is None or other is None or mine.mtxi:
        return None
    if mine.signature != other.signature or last.recording.partial:
        return None
    begin = two.first if two.start is None else two.start
    step = (begin - one.end + _WRAP // 2) % _WRAP - _WRAP // 2
    end = one.end + _rest(mine, other, begin)
    touching = last.position + end - begin
    if abs(step) <= _JOIN:  # the stream's own time runs on across files
        return last.position + one.end - begin + step
    said = (start - recording.told + begin) - (last.wall + end)
    doubt = _UNSURE if max(recording.grain, last.grain) <= _ROUGH else NANOS + _UNSURE // 2
    return touching if abs(said) <= doubt else None


def _rest(one: Outline, two: Outline, begin: int) -> int:
    """How long the last picture of a file stands behind what the file says, by sound that goes on in the next.

    A writer that has no next picture guesses how long the last one lasts (source: libavformat,
    movenc.c), so of uneven pictures a part is lost at each border. `begin`: the first picture of `two`.
    """
    picture = one.shown
    sounds = [next((r for r in o.reaches if r.kind == "audio"), None) for o in (one, two)]
    ending, going_on = sounds
    if picture is None or picture.kind == "audio" or ending is None or going_on is None:
        return 0
    rest = (ending.end - picture.end) - ((going_on.start or 0) - begin)
    usual = (picture.end - picture.first) // picture.samples
    uneven = picture.longest > usual * 3 // 2
    return rest if uneven and 0 < rest <= LONGEST * picture.longest else 0


def _led_by_video(recording: Recording) -> bool:
    lead = recording.outline.lead if recording.outline else None
    return lead is not None and lead.kind == "video"


def _placed(reading: _Reading, stream: Sequence[_Reading]) -> Placed:
    anchor, uncertainty = _anchor(reading, stream)
    return Placed(
        reading.recording,
        reading.stream,
        reading.number,
        reading.position,
        zero=anchor + reading.position,
        uncertainty=uncertainty,
        said=reading.start - reading.recording.told,
    )


def _anchor(reading: _Reading, stream: Sequence[_Reading]) -> tuple[int, int]:
    """(wall clock of the stream's zero as seen near `reading`, how far that may be off)."""
    later = [r for r in stream if r.number]
    trusted = [r for r in later if r.led_by_video]
    asked = sorted(
        trusted or later or stream, key=lambda r: (abs(r.number - reading.number), r.number)
    )
    if reading.grain > _ROUGH:
        near = asked[:_ASKED_ROUGH]
        low = max(r.anchor for r in near)
        high = min(r.anchor + r.grain for r in near)
        # Names are taken at their word where they can all be true: the earliest instant is the one
        # that whoever named the files wrote down.
        return (low if low <= high else (low + high) // 2), max(abs(high - low), _UNSURE // 2)
    anchors = [r.anchor for r in stream if abs(r.number - reading.number) <= 2]
    spread = max(anchors) - min(anchors)
    anchor = median_high(sorted(r.anchor for r in asked[:_ASKED]))
    return anchor, spread if trusted else max(spread, _UNSURE)
