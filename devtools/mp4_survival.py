"""What must hold whatever bytes the MP4 reader is given."""

from processors.errors import Mp4Error
from processors.mp4.nals import broken_sample, zeroed_sample
from processors.mp4.outline import read_outline
from processors.mp4.reader import read_movie


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
