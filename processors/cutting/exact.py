"""The reel of an exact clip: the window's own first frame to its own last, nothing decoded again.

Frames before the first one that it cannot be decoded without come along as *lead-in*, and so do
those behind the last one that others are predicted from. They are hidden twice: an edit list leaves
them out, and they are squeezed to a thousandth of their time, so that a player which ignores edit
lists shows them for some milliseconds only (measured in Firefox; Chromium and ffmpeg follow the
list). Squeezed more they would make ffmpeg warn of a jump (source: libavformat, find_stream_info).
"""

from __future__ import annotations  # array[int] cannot be evaluated before Python 3.12

import math
import operator
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace

from processors.cutting.plan import CutPlan
from processors.cutting.reel import (
    Part,
    Reel,
    Strip,
    find_heads,
    lay_audio,
    lay_video,
    round_div,
)
from processors.errors import CutError
from processors.mp4.movie import Movie
from schemas.instant import NANOS

_SQUEEZE = 1000


@dataclass(frozen=True, slots=True)
class _Choice:
    """Samples of a strip: [`key`, `stop`) come along, those shown in [`start`, `end`) are shown."""

    key: int
    stop: int
    first: int
    """Index of the one that is shown first."""
    start: int
    """Ticks."""
    end: int
    """Ticks, the end of the last frame shown."""


def lay_exact(plan: CutPlan, movies: Sequence[Movie]) -> Reel:
    """The window of `plan` exactly, whose pieces were read as `movies`.

    A frame belongs to it that begins in it; the last one ends with it at the latest. Raises
    `CutError` where no frame does, or where the pieces do not fit.
    """
    heads = find_heads(plan, movies)
    whole = lay_video(plan, movies, heads, plan.window.start)
    shown = whole.shown
    choice = _choose(whole, shown, round_div(plan.window.length * whole.timescale, NANOS))
    zero = shown[choice.first]
    origin = plan.window.start + whole.nanos(zero)
    length = whole.nanos(choice.end - zero)
    lead = min(shown[choice.key : choice.stop])
    return Reel(
        origin=origin,
        video=_squeeze(whole, shown, choice),
        audio=lay_audio(plan, movies, origin, length),
        heads=heads,
        length=length,
        first=choice.first - choice.key,
        lead_in=whole.nanos(zero - lead),
    )


def _choose(strip: Strip, shown: Sequence[int], limit: int) -> _Choice:
    # What is shown before the first key frame leans on frames that are not there.
    start = max(0, shown[0])
    inside = [i for i, at in enumerate(shown) if start <= at < limit]
    if not inside:
        raise CutError("no frame begins in the window")
    low, stop = inside[0], inside[-1] + 1
    first = min(inside, key=shown.__getitem__)
    key = strip.sync.rfind(1, 0, low + 1)
    while shown[key] > shown[first]:
        key = strip.sync.rfind(1, 0, key)
    last = max(inside, key=shown.__getitem__)
    lasts = _duration(strip, last)
    if shown[last] == max(shown):  # then it stands until its file ends
        lasts = max(lasts, strip.end - strip.dts[-1])
    end = min(shown[last] + lasts, limit)
    return _Choice(key, stop, first, start, end)


def _duration(strip: Strip, index: int) -> int:
    """How long the recorder says that a frame lasts, whatever follows it in the clip."""
    for part in strip.parts:
        if index < len(part):
            return part.track.samples.duration[part.first + index] * strip.fine
        index -= len(part)
    raise IndexError(index)


def _squeeze(strip: Strip, shown: Sequence[int], choice: _Choice) -> Strip:
    """The chosen samples, time 0 at the first one shown."""
    chosen = slice(choice.key, choice.stop)
    zero, end = shown[choice.first], choice.end - shown[choice.first]
    times = [at - zero for at in shown[chosen]]
    natural: list[float] = [at - zero for at in strip.dts[chosen]]
    lead = [i for i, at in enumerate(shown[chosen]) if at < choice.start]
    tail = [i for i, at in enumerate(times) if at >= end]
    step = _duration(strip, choice.first) // _SQUEEZE + 1
    for place, i in enumerate(sorted(lead, key=times.__getitem__), -len(lead)):
        times[i] = place * step
    free = lead[-1] + 1 if lead else 0
    natural[:free] = [math.inf] * free
    for place, i in enumerate(sorted(tail, key=times.__getitem__)):
        times[i] = end + place * step
    dts = _decode_times(natural, times, step)
    last = choice.stop - 1
    lasts = strip.end - strip.dts[-1] if last == len(strip) - 1 else _duration(strip, last)
    rest = min(lasts, max(1, end - times[-1]))
    return Strip(
        strip.track,
        strip.fine,
        parts=_trim(strip.parts, choice.key, choice.stop),
        size=strip.size[chosen],
        dts=dts,
        composition=array("q", map(operator.sub, times, dts)),
        sync=strip.sync[chosen],
        end=dts[-1] + rest,
    )


def _decode_times(natural: Sequence[float], times: Sequence[int], step: int) -> array[int]:
    """Decode times that rise, none later than natural or than the sample is shown.

    Those without a natural time (infinite) are `step` apart.
    """
    dts = array("q", bytes(8 * len(times)))
    following: float = math.inf
    for i in range(len(times) - 1, -1, -1):
        apart = step if natural[i] == math.inf else 1
        following = min(natural[i], times[i], following - apart)
        dts[i] = int(following)
    return dts


def _trim(parts: Sequence[Part], key: int, stop: int) -> list[Part]:
    kept, at = [], 0
    for part in parts:
        a, b = max(key - at, 0), min(stop - at, len(part))
        if a < b:
            kept.append(replace(part, first=part.first + a, stop=part.first + b))
        at += len(part)
    return kept
