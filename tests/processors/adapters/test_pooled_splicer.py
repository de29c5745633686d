"""A splicer in a process of the pool gives the same clips, whatever becomes of the process."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from processors.adapters.cutter import FfmpegCutter
from processors.adapters.cutter_pool import CutterPool
from processors.adapters.pooled_splicer import PooledSplicer
from processors.adapters.splicer import Splicer
from processors.cutting.ladder import Ladder, Rung
from processors.cutting.plan import CutPlan, CutResult
from processors.errors import CutterLostError, CutTimeoutError, InputError
from processors.ports import Cutter
from tests.clips import plan_of, segments_of
from tests.media import ffmpeg
from tests.mishaps import Dying, Hanging
from tests.recordings import SMALL, take

pytestmark = pytest.mark.media


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return take(SMALL / "mediamtx_clips" / "camera1", tmp_path / "footage")


@pytest.fixture
def plan(root: Path) -> CutPlan:
    return plan_of(segments_of(root, sorted(root.glob("*.mp4"))))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder / "clip.mp4"


def cut_by(make: Callable[[CutterPool], Cutter], plan: CutPlan, target: Path) -> CutResult:
    async def run() -> CutResult:
        pool = CutterPool(1)
        pool.start()
        try:
            return await make(pool).cut(plan, target)
        finally:
            await pool.close()

    return asyncio.run(run())


def test_the_clip_is_the_same_as_one_cut_here(root: Path, plan: CutPlan, target: Path) -> None:
    splicer = Splicer(root, timeout=60)

    elsewhere = cut_by(lambda pool: PooledSplicer(splicer, pool), plan, target)

    here = target.with_name("here.mp4")
    assert elsewhere.sha256 == splicer.cut_now(plan, here).sha256
    assert target.read_bytes() == here.read_bytes()


def test_ffmpeg_has_its_inputs_read_and_its_clips_proven_there(
    root: Path, plan: CutPlan, target: Path
) -> None:
    made = cut_by(lambda pool: FfmpegCutter(ffmpeg(), root, timeout=60, pool=pool), plan, target)

    here = target.with_name("here.mp4")
    alike = asyncio.run(FfmpegCutter(ffmpeg(), root, timeout=60).cut(plan, here))
    assert (made.frames, made.span, made.sha256) == (alike.frames, alike.span, alike.sha256)
    assert sorted(path.name for path in target.parent.iterdir()) == ["clip.mp4", "here.mp4"]


def test_footage_that_changed_is_told_as_such(root: Path, plan: CutPlan, target: Path) -> None:
    changed = root / plan.pieces[0].segment.path
    changed.write_bytes(changed.read_bytes() + b"more")

    with pytest.raises(InputError, match="changed since it was planned") as said:
        cut_by(lambda pool: PooledSplicer(Splicer(root, timeout=60), pool), plan, target)

    assert said.value.path == plan.pieces[0].segment.path
    assert list(target.parent.iterdir()) == []


def test_a_cut_whose_process_is_killed_is_made_again(
    root: Path, plan: CutPlan, target: Path, tmp_path: Path
) -> None:
    deaths = tmp_path / "deaths"
    deaths.mkdir()
    dying = Dying(root, timeout=60, deaths=deaths)

    made = cut_by(lambda pool: PooledSplicer(dying, pool), plan, target)

    assert len(list(deaths.iterdir())) == 1
    assert made.size == target.stat().st_size


def test_what_kills_process_after_process_goes_to_the_next_rung(
    root: Path, plan: CutPlan, target: Path, tmp_path: Path
) -> None:
    deaths = tmp_path / "deaths"
    deaths.mkdir()
    dying = Dying(root, timeout=60, deaths=deaths, most=9)

    def ladder(pool: CutterPool) -> Ladder:
        return Ladder(
            [
                Rung("dying", lambda: PooledSplicer(dying, pool)),
                Rung("other", lambda: Splicer(root, timeout=60)),
            ]
        )

    made = cut_by(ladder, plan, target)

    assert len(list(deaths.iterdir())) == 2
    assert made.size == target.stat().st_size


def test_alone_it_is_an_error_and_leaves_nothing(
    root: Path, plan: CutPlan, target: Path, tmp_path: Path
) -> None:
    deaths = tmp_path / "deaths"
    deaths.mkdir()
    with pytest.raises(CutterLostError):
        cut_by(
            lambda pool: PooledSplicer(Dying(root, timeout=60, deaths=deaths, most=9), pool),
            plan,
            target,
        )
    assert list(target.parent.iterdir()) == []


def test_a_cut_that_hangs_is_killed_in_time(root: Path, plan: CutPlan, target: Path) -> None:
    async def run() -> CutResult:
        pool = CutterPool(1)
        pool.start()
        try:
            await pool.run(os.getpid, seconds=60)
            with pytest.raises(CutTimeoutError):
                await PooledSplicer(Hanging(root, timeout=0.1), pool).cut(plan, target)
            assert list(target.parent.iterdir()) == []
            return await PooledSplicer(Splicer(root, timeout=60), pool).cut(plan, target)
        finally:
            await pool.close()

    assert asyncio.run(run()).size == target.stat().st_size
