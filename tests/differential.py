"""Clips compared with their recordings, both as ffmpeg reads them: none of our own parsers is asked.

A packet is compared by the hash of its payload, a picture by that of its pixels, and both by when
they are shown: of a recording, by the place on the wall clock that the plan gives its file.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path

from processors.cutting.plan import CutPlan
from processors.footage.segment import Segment
from processors.span import Span
from schemas.clip import Method
from schemas.incident import Precision
from schemas.instant import NANOS
from tests.clips import Cut
from tests.media import run_ffmpeg

MS = NANOS // 1000
_ROUNDING = NANOS // 80_000
"""A time may be told so differently where it is counted in the ticks of another track."""
_LENGTHS = (NANOS // 1000, NANOS // 25, NANOS // 3, NANOS, 3 * NANOS, 8 * NANOS, 20 * NANOS)


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that is shown or heard: when, nanoseconds, and the hash of it."""

    at: int
    length: int
    hash: str


@dataclass(frozen=True, slots=True)
class Content:
    """What ffmpeg finds in a file."""

    pictures: tuple[Seen, ...]
    """That are shown, decoded, in order of time."""
    video: tuple[Seen, ...]
    """Packets, in order of the file."""
    audio: tuple[Seen, ...]


def content(path: Path) -> Content:
    """Of a file, its edit list followed."""
    out = run_ffmpeg(
        *("-copyts", "-i", str(path), "-map", "0:v", "-map", "0:v", "-map", "0:a?"),
        *("-c:0", "rawvideo", "-fps_mode:0", "passthrough", "-enc_time_base:0", "1:1000000000"),
        *("-c:1", "copy", "-copyinkf:1", "-c:a", "copy", "-f", "framemd5", "-"),
    ).decode()
    found: dict[int, list[Seen]] = {0: [], 1: [], 2: []}
    base: dict[str, Fraction] = {}
    for line in out.splitlines():
        if line.startswith("#tb "):
            stream, ratio = line[4:].split(": ")
            base[stream] = Fraction(ratio) * NANOS
        elif not line.startswith("#"):
            stream, _, pts, length, _, digest = (part.strip() for part in line.split(",")[:6])
            at, lasts = (int(int(ticks) * base[stream]) for ticks in (pts, length))
            found[int(stream)].append(Seen(at, lasts, digest))
    return Content(tuple(found[0]), tuple(found[1]), tuple(found[2]))


_recorded = cache(content)
"""Of a file that does not change."""


def windows(segments: Sequence[Segment], count: int, seed: str) -> Iterator[Span]:
    """Random windows of a camera, many of which begin or end just where something happens."""
    chance = random.Random(seed)
    first, last = segments[0].span.start, max(s.span.end for s in segments)
    edges = [edge for s in segments for edge in (s.span.start, s.span.end)]
    for _ in range(count):
        start = chance.randrange(first - NANOS, last)
        if chance.random() < 0.3:
            start = chance.choice(edges) + chance.choice((-1, 0, 1, -40 * MS, 40 * MS))
        end = start + chance.choice(_LENGTHS) * chance.randint(1, 1000) // 1000 + 1
        if chance.random() < 0.2:
            end = chance.choice([edge for edge in edges if edge > start] or [end])
        yield Span(start, min(end, start + 30 * NANOS))


def frames_in(plan: CutPlan, root: Path) -> list[Seen]:
    """The recorded pictures that begin in the window, but for those at its very edges."""
    sources = [_recorded(root / piece.segment.path).pictures for piece in plan.pieces]
    return [one for one in _placed(plan, sources) if _is_inside(one, plan.window, -_ROUNDING)]


def compare(made: Cut, root: Path) -> None:
    """Raises `AssertionError` where a clip is not what `root` holds of its plan."""
    sources = [_recorded(root / piece.segment.path) for piece in made.plan.pieces]
    clip = content(made.path)
    zero = made.result.span.start - clip.pictures[0].at
    slack = 5 * MS // 4 if made.result.method is Method.COPY else _ROUNDING
    _compare_pictures(made, sources, [_moved(one, zero) for one in clip.pictures], slack)
    _compare_packets(sources, clip)
    _compare_sound(made, sources, [_moved(one, zero) for one in clip.audio])


def _compare_pictures(
    made: Cut, sources: Sequence[Content], shown: Sequence[Seen], slack: int
) -> None:
    """Exactly the window's, or all of the segments', each at its own time."""
    wanted = _placed(made.plan, [source.pictures for source in sources])
    if made.result.precision is Precision.EXACT:
        window, hashes = made.plan.window, {one.hash for one in shown}
        wanted = [
            one
            for one in wanted
            if _is_inside(one, window, -_ROUNDING)
            or (_is_inside(one, window, _ROUNDING) and one.hash in hashes)
        ]
    assert [one.hash for one in shown] == [one.hash for one in wanted], "other pictures"
    assert len(shown) == made.result.frames
    off = max(abs(a.at - b.at) for a, b in zip(shown, wanted, strict=True))
    assert off <= slack, f"a picture is {off / MS} ms away from its time"
    assert all(a.at < b.at for a, b in pairwise(shown))


def _is_inside(one: Seen, window: Span, slack: int) -> bool:
    return window.start - slack <= one.at < window.end + slack


def _compare_packets(sources: Sequence[Content], clip: Content) -> None:
    """The recorded payloads, one after the other."""
    wanted = [one.hash for source in sources for one in source.video]
    found = [one.hash for one in clip.video]
    begins = [i for i, one in enumerate(wanted) if one == found[0]]
    assert any(wanted[i : i + len(found)] == found for i in begins), "other payloads"


def _compare_sound(made: Cut, sources: Sequence[Content], heard: Sequence[Seen]) -> None:
    """Each packet at its own time; none is missing but at the edges, and where files overlap."""
    wanted = iter(_placed(made.plan, [source.audio for source in sources]))
    span, end = made.result.span, 0
    for one in heard:
        for other in wanted:
            if other.hash == one.hash and abs(other.at - one.at) <= 2 * MS:
                break
            _check_left_out(other, span, end)
        else:
            raise AssertionError(f"sound at {one.at - span.start} is not in the recordings")
        end = one.at + one.length
    if heard and made.result.method is Method.COPY:
        # The edit list that ffmpeg writes may leave out the last packet, and shorten the one before.
        end += max(one.length for one in heard)
    for other in wanted:
        _check_left_out(other, span, end)


def _check_left_out(one: Seen, span: Span, end: int) -> None:
    outside = one.at < span.start + MS or one.at > span.end - MS
    assert outside or one.at < end - one.length // 3, f"sound at {one.at - span.start} is missing"


def _placed(plan: CutPlan, rows: Sequence[Sequence[Seen]]) -> list[Seen]:
    """On the wall clock."""
    return [
        _moved(one, piece.zero) for piece, row in zip(plan.pieces, rows, strict=True) for one in row
    ]


def _moved(one: Seen, by: int) -> Seen:
    return Seen(one.at + by, one.length, one.hash)
