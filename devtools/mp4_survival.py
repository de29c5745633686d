"""What must hold whatever bytes the MP4 reader is given."""

from processors.errors import Mp4Error
from processors.mp4.excerpt import read_excerpt
from processors.mp4.nals import broken_sample, zeroed_sample
from processors.mp4.outline import Outline, read_outline
from processors.mp4.reader import read_movie
from schemas.instant import NANOS


def survives(data: bytes) -> None:
    """All readings end in a value or in `Mp4Error`, agree, and hold no more than the file can."""
    try:
        movie = read_movie(memoryview(data), len(data))
    except Mp4Error:
        pass
    else:
        assert movie.whole <= len(data)
        assert sum(len(t.samples) for t in movie.tracks) <= 3 * len(data)
        for track in movie.tracks:
            broken_sample(data, track)
            zeroed_sample(data, track)
    try:
        outline = read_outline(lambda at, n: data[at : at + n], len(data))
    except Mp4Error:
        return
    assert outline.whole == movie.whole
    for reach in outline.reaches:
        assert reach.settled <= reach.end
    _grows(data, len(data) // 2)
    _parts_survive(data, outline)


def _parts_survive(data: bytes, outline: Outline) -> None:
    """A part of a file is read like all of it."""
    for start in (0, NANOS // 2, 1 << 40):
        try:
            movie = read_excerpt(
                lambda at, n: data[at : at + n],
                len(data),
                outline.landmarks,
                (start, start + NANOS),
            )
        except Mp4Error:
            continue
        for track in movie.tracks if movie else ():
            s = track.samples
            columns = (s.offset, s.size, s.dts, s.duration, s.composition)
            assert {len(column) for column in columns} == {len(s)}


def _grows(data: bytes, half: int) -> None:
    """A file that was read when it was half as long is the same as one read at once."""
    try:
        before = read_outline(lambda at, n: data[at : min(at + n, half)], half)
    except Mp4Error:
        before = None
    try:
        grown = read_outline(lambda at, n: data[at : at + n], len(data), before)
    except Mp4Error:
        return
    once = read_outline(lambda at, n: data[at : at + n], len(data))
    if grown.fragmented:
        assert grown.reaches == once.reaches
    assert grown.whole == once.whole
