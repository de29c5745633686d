"""Recordings that differ, each in a file of its own: all frames, as they were recorded."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from processors.adapters.conforming_cutter import ConformingCutter
from processors.adapters.container_probe import ContainerProbe
from processors.adapters.cutter import FfmpegCutter
from processors.adapters.held_reader import HeldReader
from processors.adapters.parting_cutter import PartingCutter
from processors.adapters.splicer import Splicer
from processors.cutting.ladder import Ladder, Rung
from processors.cutting.plan import CutPlan, CutResult
from processors.errors import CutError, CutTimeoutError, InputError
from processors.identity import video_files
from processors.ports import Cutter
from schemas.clip import Method
from schemas.incident import Precision
from schemas.instant import NANOS
from tests.conforming import START, place, plan
from tests.media import H264, Recipe, ffmpeg, record, shown

pytestmark = pytest.mark.media

SMALL = Recipe(seconds=4, sound=False)
LARGE = Recipe(seconds=4, sound=False, size="320x180", rate="15", gop=15)


@pytest.fixture(scope="module")
def containers() -> Iterator[ContainerProbe]:
    probe = ContainerProbe()
    yield probe
    probe.close()


def cutter(root: Path, containers: ContainerProbe) -> PartingCutter:
    """As a worker has it."""
    reader = HeldReader(root, containers)

    def copying(folder: Path) -> Cutter:
        return Ladder(
            [
                Rung("splice", lambda: Splicer(folder, timeout=60, played=False)),
                Rung("ffmpeg", lambda: FfmpegCutter(ffmpeg(), folder, timeout=60, played=False)),
            ]
        )

    convert = ConformingCutter(
        ffmpeg(), reader, inner=copying, timeout=60, encode=False, played=False
    )
    rungs = [Rung("copy", lambda: copying(root)), Rung("convert", lambda: convert)]
    return PartingCutter(reader, Ladder(rungs))


def cut(way: Cutter, planned: CutPlan, folder: Path) -> tuple[CutResult, list[Path]]:
    folder.mkdir()
    target = folder / "clip.mp4"
    result = asyncio.run(way.cut(planned, target))
    files = video_files(target, len(result.parts))
    assert sorted(folder.iterdir()) == files
    return result, files


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Seconds 0 to 4 small, 4 to 8 large, 8 to 12 small again."""
    root, made = tmp_path / "footage", tmp_path / "made"
    small, large = record(made / "small", SMALL), record(made / "large", LARGE)
    place(root, [*small, *large, *small], ".mp4")
    return root


def test_each_part_shows_its_own_recordings(
    root: Path, containers: ContainerProbe, tmp_path: Path
) -> None:
    planned = plan(root, 12)

    result, files = cut(cutter(root, containers), planned, tmp_path / "out")

    sources = [[frame.picture for frame in shown(path)] for path in sorted(root.rglob("*.mp4"))]
    pairs = [sources[i] + sources[i + 1] for i in (0, 2, 4)]
    assert [[frame.picture for frame in shown(path)] for path in files] == pairs
    assert [(part.width, part.height) for part in result.parts] == [
        (160, 120),
        (320, 180),
        (160, 120),
    ]
    assert [part.size for part in result.parts] == [path.stat().st_size for path in files]
    assert {part.method for part in result.parts} == {Method.SPLICE}
    starts = [(part.span.start - START * NANOS) / NANOS for part in result.parts]
    assert starts == pytest.approx([0, 4, 8], abs=0.001)
    assert result.span.length == pytest.approx(12 * NANOS, abs=NANOS // 100)
    assert result.duration == sum(part.duration for part in result.parts)
    assert result.frames == 100 + 60 + 100


@pytest.mark.parametrize("seconds", [1, 5, 9])
def test_an_instant_is_placed_as_if_the_parts_were_shown_one_after_the_other(
    seconds: int, root: Path, containers: ContainerProbe, tmp_path: Path
) -> None:
    result, _ = cut(cutter(root, containers), plan(root, 12), tmp_path / "out")

    assert result.place((START + seconds) * NANOS) == pytest.approx(
        seconds * NANOS, abs=NANOS // 50
    )


def test_exact_parts_show_the_window_and_nothing_else(
    root: Path, containers: ContainerProbe, tmp_path: Path
) -> None:
    planned = plan(root, 5.5, start=3.3, precision=Precision.EXACT)

    result, files = cut(cutter(root, containers), planned, tmp_path / "out")

    assert result.precision is Precision.EXACT
    assert [len(shown(path)) for path in files] == [17, 60, 20]
    assert result.span.start - planned.window.start < NANOS // 25
    assert 0 <= planned.window.end - result.span.end < NANOS // 25


def test_a_rest_of_the_window_without_a_frame_is_no_part(
    root: Path, containers: ContainerProbe, tmp_path: Path
) -> None:
    planned = plan(root, 8.01, start=3.99, precision=Precision.EXACT)
    assert planned.pieces[0].span.start < planned.window.start

    result, _ = cut(cutter(root, containers), planned, tmp_path / "out")

    assert [(part.width, part.frames) for part in result.parts] == [(320, 60), (160, 100)]


def test_a_gap_between_parts_stays_one(
    root: Path, containers: ContainerProbe, tmp_path: Path
) -> None:
    sorted(root.rglob("*.mp4"))[2].unlink()
    planned = plan(root, 12)

    result, _ = cut(cutter(root, containers), planned, tmp_path / "out")

    assert [gap.span.length for gap in planned.gaps] == [2 * NANOS]
    assert [part.frames for part in result.parts] == [100, 30, 100]
    assert result.duration == pytest.approx(10 * NANOS, abs=NANOS // 50)


def test_other_containers_are_parts_too(
    root: Path, containers: ContainerProbe, tmp_path: Path
) -> None:
    large = record(tmp_path / "made" / "large", LARGE)
    for path in sorted(root.rglob("*.mp4"))[2:4]:
        path.unlink()
    place(root, large, ".ts", first=4)

    result, _ = cut(cutter(root, containers), plan(root, 12), tmp_path / "out")

    assert [part.method for part in result.parts] == [Method.SPLICE, Method.COPY, Method.SPLICE]
    assert [part.frames for part in result.parts] == [100, 60, 100]


@pytest.mark.parametrize(
    "odd",
    [("-c:v", "mpeg4", "-g", "25"), ("-c:v", "libx264", "-pix_fmt", "yuv444p")],
    ids=["mpeg-4 part 2", "4:4:4"],
)
def test_pictures_that_no_browser_plays_are_kept_as_they_are(
    odd: tuple[str, ...], containers: ContainerProbe, tmp_path: Path
) -> None:
    root = tmp_path / "footage"
    made = record(tmp_path / "made", SMALL)
    place(root, made, ".mp4")
    place(root, record(tmp_path / "odd", SMALL), ".mp4", *odd, first=4)

    result, files = cut(cutter(root, containers), plan(root, 8), tmp_path / "out")

    assert [part.frames for part in result.parts] == [100, 100]
    assert [len(shown(path)) for path in files] == [100, 100]


def test_what_does_not_differ_is_not_parted(containers: ContainerProbe, tmp_path: Path) -> None:
    root, out = tmp_path / "footage", tmp_path / "out"
    place(root, record(tmp_path / "made", SMALL), ".mp4")
    out.mkdir()

    with pytest.raises(CutError, match="nothing that could be apart"):
        asyncio.run(cutter(root, containers).cut(plan(root, 4), out / "clip.mp4"))


def test_a_part_that_cannot_be_cut_is_named_and_nothing_stays(
    root: Path, containers: ContainerProbe, tmp_path: Path
) -> None:
    planned, out = plan(root, 12), tmp_path / "out"
    out.mkdir()
    bad = sorted(root.rglob("*.mp4"))[2]
    data = bytearray(bad.read_bytes())
    quarter = len(data) // 4
    data[quarter : 3 * quarter] = bytes(2 * quarter)
    bad.write_bytes(data)

    with pytest.raises(InputError) as caught:
        asyncio.run(cutter(root, containers).cut(planned, out / "clip.mp4"))

    assert caught.value.path == str(bad.relative_to(root))
    assert list(out.iterdir()) == []


def test_a_picture_that_changes_inside_a_file_is_set_apart(
    containers: ContainerProbe, tmp_path: Path
) -> None:
    """The header tells one size, the frames two: as a camera leaves it that is set up anew."""
    root, made = tmp_path / "footage", tmp_path / "made"
    small = record(made / "small", Recipe(seconds=2, sound=False, video=(*H264, "-bf", "0")))[0]
    large = record(made / "large", Recipe(seconds=2, sound=False, size="320x180"))[0]
    place(root, [small], ".ts")
    place(root, [small, large], ".ts", first=2, joined=True)
    planned, out = plan(root, 6), tmp_path / "out"
    out.mkdir()

    with pytest.raises(InputError, match="changes its size"):
        asyncio.run(cutter(root, containers).cut(planned, out / "clip.mp4"))


def test_time_that_runs_out_ends_all(
    root: Path, containers: ContainerProbe, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    hasty = PartingCutter(HeldReader(root, containers), Splicer(root, timeout=0))

    with pytest.raises(CutTimeoutError):
        asyncio.run(hasty.cut(plan(root, 12), out / "clip.mp4"))
