"""Every defect of a recording that we know: what the timeline makes of it, and what is answered.

No answer may be called complete that does not show, decodably, all that it claims.
"""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from processors.clip_job import ClipJob
from processors.look import Ready, Stale
from processors.made import Made
from schemas.clip import ClipCompleted
from schemas.instant import NANOS, to_ns
from schemas.reason import GapCause, Outcome, Reason
from tests import dirty
from tests.defects import ENCODED, MATRIX, WINDOW, Case, asked, faults, spoilt
from tests.dirty import START, Folder, cut

pytestmark = [pytest.mark.media, pytest.mark.timeout(60)]

FRAME = 0.041
WHOLE = MATRIX[0]
"""Nothing is wrong with it."""

MakeJob = Callable[[Case], tuple[Folder, ClipJob]]


@pytest.fixture
def make_job(tmp_path: Path) -> Iterator[MakeJob]:
    """A copy of footage, and the use case on it."""
    with ExitStack() as stack:

        def make(case: Case) -> tuple[Folder, ClipJob]:
            job = spoilt(case, tmp_path / "footage", tmp_path / "output")
            return stack.enter_context(job)

        yield make


def answered(job: ClipJob) -> tuple[Ready, ClipCompleted]:
    ready = job.looker.look(asked())
    assert isinstance(ready, Ready)
    made = asyncio.run(job.answer(ready))
    assert not isinstance(made, Stale), "nothing changes any more"
    return ready, made.answer


@pytest.mark.parametrize("case", MATRIX, ids=lambda case: case.name)
def test_a_defect_is_seen_and_told(case: Case, make_job: MakeJob) -> None:
    if not case.shows:
        pytest.skip("root may read everything")
    folder, job = make_job(case)
    case.defect(folder)
    ready, answer = answered(job)

    states = {s.path: s.state for s in ready.timeline.segments if s.span.overlap(WINDOW)}
    name = str(folder.bad.relative_to(folder.root))
    assert states.get(name) == case.state
    gaps = [((g.span.start - START) / NANOS, (g.span.end - START) / NANOS)
            for g in ready.coverage.gaps]  # fmt: skip
    assert gaps == [pytest.approx(gap, abs=FRAME) for gap in case.gaps]
    assert (answer.outcome, answer.reason) == (case.expected, case.reason)
    assert answer.video is None or answer.video.sound is case.sound
    assert faults(folder.root.parent / "output", answer) == []


@pytest.mark.parametrize(
    "name", ["another size", "uneven frames", "zeros in the sound", "ts: nothing"]
)
def test_what_encoding_makes_of_a_defect(name: str, tmp_path: Path) -> None:
    case = next(case for case in MATRIX if case.name == name).by_encoding()
    with spoilt(case, tmp_path / "footage", tmp_path / "output", ENCODED) as (folder, job):
        case.defect(folder)
        _, answer = answered(job)
    assert (answer.outcome, answer.reason) == (case.expected, case.reason)
    assert faults(tmp_path / "output", answer) == []


def test_a_file_that_is_cut_short_before_the_cut_is_looked_at_again(
    make_job: MakeJob,
) -> None:
    folder, job = make_job(WHOLE)
    ready = job.looker.look(asked())
    assert isinstance(ready, Ready)
    cut(lambda data: len(data) - 900)(folder)
    assert isinstance(asyncio.run(job.answer(ready)), Stale)
    _, answer = answered(job)
    assert (answer.outcome, answer.reason) == (Outcome.PARTIAL, Reason.NOT_RECORDED)
    assert faults(folder.root.parent / "output", answer) == []


def test_a_file_that_cannot_be_cut_and_does_not_change_is_set_aside(make_job: MakeJob) -> None:
    """What was read of it is remembered by its times, and they lie."""
    folder, job = make_job(WHOLE)
    ready = job.looker.look(asked())
    assert isinstance(ready, Ready)
    folder.edit(lambda data: bytes(len(data)))
    made = asyncio.run(job.answer(ready))
    assert isinstance(made, Made)
    answer = made.answer
    assert (answer.outcome, answer.reason) == (Outcome.PARTIAL, Reason.UNREADABLE)
    (gap,) = answer.gaps
    assert gap.cause is GapCause.UNREADABLE
    assert abs(to_ns(gap.start) - START - 4 * NANOS) < 2000
    assert faults(folder.root.parent / "output", answer) == []


def test_a_folder_that_is_a_file_is_no_camera(make_job: MakeJob) -> None:
    folder, job = make_job(WHOLE)
    shutil.rmtree(folder.root / dirty.CAMERA)
    (folder.root / dirty.CAMERA).touch()
    assert answered(job)[1].reason is Reason.UNKNOWN_CAMERA


def test_a_folder_that_cannot_be_read_is_answered(make_job: MakeJob) -> None:
    folder, job = make_job(WHOLE)
    _forbidden_folder(folder)
    assert answered(job)[1].reason is Reason.UNREADABLE


def _forbidden_folder(folder: Folder) -> None:
    """A link that leads in a circle: nobody may enter, not even root."""
    camera = folder.root / dirty.CAMERA
    shutil.rmtree(camera)
    camera.symlink_to(camera)
