"""Of a long file only what a window needs is read: some fragments, or a range of sample tables.

It is the same as what reading all of the file would give for that window, or nothing: then the file
is to be read whole. So a fault is found where it was found before, and none elsewhere is in the way.
"""

from processors.mp4.landmarks import Landmarks
from processors.mp4.movie import Movie, Track
from processors.mp4.parameters import Shape, shapes_by_key, told_shapes
from processors.mp4.parts import Read, find_header
from processors.mp4.reader import read_behind
from processors.mp4.table_range import Wanted
from schemas.instant import NANOS

_ROUNDING = NANOS // 10
"""How far from its own time a sample may come to lie in a clip: half a tick of a coarse clock."""
START = -1 << 62
"""Before anything in any file."""

Shown = tuple[int, int]
"""From when to when, nanoseconds by the file's own time."""


def read_excerpt(read: Read, size: int, landmarks: Landmarks | None, shown: Shown) -> Movie | None:
    """What the first `size` bytes of a file hold that is shown in `shown`, by the file's own time.

    With it comes what is needed to decode it, and a little more. None where that is damaged, or cannot
    be told from a part of the file. Raises as `read_movie` does.
    """
    found = find_header(read, size)
    wide = shown[0] - _ROUNDING, shown[1] + _ROUNDING
    movie = read_behind(read, size, found, _wanted(landmarks, wide))
    video = movie.track("video")
    if video is None or not movie.tiled:
        return None
    shapes = list(shapes_by_key(read, video))
    if any(shapes) or not told_shapes(video):
        return movie if _says_all(shapes, video) else None
    # No frame brings any. Where the first one does, others were left to be found before.
    head = read_behind(read, size, found, _wanted(landmarks, (START, START))).track("video")
    return None if head and any(shapes_by_key(read, head)) else movie


def _wanted(landmarks: Landmarks | None, shown: Shown) -> Wanted:
    start, stop = landmarks.find(*shown) if landmarks else (0, None)
    return Wanted(*shown, start, stop)


def _says_all(shapes: list[list[Shape]], video: Track) -> bool:
    """Whether nothing before these key frames is needed to know the form of their pictures.

    The first of them brings its own parameter sets, and no form is another than the header's.
    """
    told = told_shapes(video)
    return not told or bool(
        shapes and shapes[0] and all(s in told for sets in shapes for s in sets)
    )
