"""Footage that can be spliced, real and made, for the differential test: one camera each."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from processors.footage.segment import Segment
from tests.clips import segments_of
from tests.media import H264, HEVC, Recipe, record
from tests.recordings import shared, take

X265 = (*HEVC, "log-level=none:open-gop=0:keyint=25:bframes=2")
OPEN_GROUPS = (*HEVC, "log-level=none:open-gop=1:keyint=25:bframes=3")
PYRAMID = (*H264, "-bf", "3", "-refs", "4", "-x264-params", "b-pyramid=normal")
H264_OPEN = (*H264, "-bf", "3", "-x264-params", "open-gop=1:b-adapt=0:scenecut=0")
OPUS = ("-c:a", "libopus", "-b:a", "32k")


@dataclass(frozen=True, slots=True)
class Scenario:
    """What one camera recorded."""

    name: str
    bring: Callable[[Path], list[Segment]]
    """Puts the files below a folder and says how the timeline has them."""

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class _Real:
    """Files of MediaMTX, as the recorder left them."""

    folder: str

    def __call__(self, root: Path) -> list[Segment]:
        take(shared() / self.folder, root)
        return segments_of(root, sorted(root.glob("*.mp4")))


@dataclass(frozen=True, slots=True)
class _Made:
    """Files of ffmpeg's segment muxer."""

    recipe: Recipe
    lost: tuple[int, ...] = field(default=())
    """Files that are missing."""

    def __call__(self, root: Path) -> list[Segment]:
        files = record(root, self.recipe)
        found = segments_of(root, files, self.recipe.segment if self.recipe.reset else 0)
        return [segment for i, segment in enumerate(found) if i not in self.lost]


_CAMERAS = [
    *("mediamtx_clips/camera1", "mediamtx_clips/camera2", "recordings/site/gate-3"),
    *("recordings/hevc-1", "recordings/flap-1", "recordings/crash-1", "recordings/long-1"),
    *("recordings/grow-a", "recordings/grow-b", "recordings/epoch-1", "recordings/zone-1"),
    *("recordings/tzlocal-1", "recordings/hd-1", "recordings/sync-1", "recordings/full-1"),
]
REAL = [Scenario(folder.partition("/")[2], _Real(folder)) for folder in _CAMERAS]

_RECIPES = {
    "groups of 1 s": Recipe(seconds=20, segment=5),
    "groups of 2 s": Recipe(seconds=18, segment=6, gop=50),
    "groups of 5 s": Recipe(seconds=20, segment=5, gop=125),
    "groups of 12 s": Recipe(seconds=36, segment=12, gop=300),
    "groups of 12 s with B-frames": Recipe(seconds=36, segment=12, gop=300, video=PYRAMID),
    "times that run on": Recipe(seconds=16, segment=4, reset=False),
    "fragments": Recipe(seconds=16, segment=4, fragmented=True),
    "two B-frames": Recipe(seconds=16, segment=4, gop=50, video=(*H264, "-bf", "2")),
    "a pyramid of B-frames": Recipe(seconds=16, segment=4, gop=50, video=PYRAMID),
    "B-frames in fragments": Recipe(
        seconds=16, segment=4, gop=50, video=PYRAMID, fragmented=True, audio=OPUS
    ),
    "open groups": Recipe(seconds=12, segment=3, video=H264_OPEN),
    "HEVC": Recipe(seconds=12, segment=3, video=X265),
    "HEVC in open groups": Recipe(seconds=12, segment=3, video=OPEN_GROUPS, sound=False),
    "12.5 frames a second": Recipe(seconds=16, segment=4, rate="25/2"),
    "15 frames a second": Recipe(seconds=16, segment=4, rate="15", gop=30),
    "24000/1001 frames a second": Recipe(
        seconds=16, segment=4.004, rate="24000/1001", gop=24, video=(*H264, "-bf", "2")
    ),
    "30000/1001 frames a second": Recipe(seconds=16, segment=4.004, rate="30000/1001", gop=30),
    "50 frames a second": Recipe(seconds=12, segment=3, rate="50", gop=50),
    "60 frames a second": Recipe(seconds=12, segment=3, rate="60", gop=60, video=PYRAMID),
    "a frame rate that varies": Recipe(
        seconds=16, segment=4, video=(*H264, "-bf", "0", "-vf", "select='mod(n,7)*mod(n,11)'")
    ),
    "600 ticks a second": Recipe(seconds=16, segment=4, timescale=600),
    "12345 ticks a second": Recipe(seconds=16, segment=4, timescale=12_345),
    "10000019 ticks a second": Recipe(seconds=16, segment=4, timescale=10_000_019),
    "Opus": Recipe(seconds=16, segment=4, audio=OPUS),
    "MP3": Recipe(seconds=16, segment=4, audio=("-c:a", "libmp3lame")),
    "AAC at 44100 Hz": Recipe(seconds=16, segment=4, audio=("-c:a", "aac", "-ar", "44100")),
    "AAC at 8000 Hz": Recipe(seconds=16, segment=4, audio=("-c:a", "aac", "-ar", "8000")),
    "no sound": Recipe(seconds=16, segment=4, sound=False),
}
MADE = [Scenario(name, _Made(recipe)) for name, recipe in _RECIPES.items()] + [
    Scenario("a file is missing", _Made(Recipe(seconds=20, segment=4), lost=(2,))),
]
FEW = frozenset(
    {
        *("camera1", "site/gate-3", "crash-1", "groups of 2 s", "B-frames in fragments"),
        *("24000/1001 frames a second", "600 ticks a second", "HEVC", "a file is missing"),
    }
)
"""Enough for every day."""
