"""What a recording's index may say and should not: each has its reason, and costs its own part only.

More of this kind is in `tests/defects`; these need no page of their own.
"""

import asyncio
from pathlib import Path

import pytest

from processors.look import Ready
from processors.made import Made
from schemas.instant import NANOS, to_ns
from schemas.reason import Outcome, Reason
from tests import dirty
from tests.defects import (
    ALL,
    BROKEN,
    COMPLETE,
    CRASHED,
    SECOND_HALF,
    WINDOW,
    Case,
    asked,
    faults,
    spoilt,
)
from tests.dirty import patch, remade

pytestmark = [pytest.mark.media, pytest.mark.timeout(60)]

CASES = [
    Case("an empty sample", lambda f: f.edit(dirty.empty_sample), COMPLETE,
         reason=Reason.UNREADABLE, lacks=ALL),
    Case("sound that lies over the pictures", lambda f: f.edit(dirty.one_over_the_other), CRASHED,
         SECOND_HALF, Reason.NOT_RECORDED),
    Case("time in units of nothing", patch(b"mdhd", 12, bytes(4)), BROKEN, ALL, Reason.UNREADABLE),
    Case("time in hours", patch(b"mdhd", 12, b"\0\0\0\1"), None, ALL, Reason.NOT_RECORDED),
    Case("time in fractions of a nanosecond", patch(b"mdhd", 12, b"\xff" * 4), COMPLETE, ALL,
         Reason.NOT_RECORDED),
    Case("encrypted", lambda f: f.edit(lambda d: d.replace(b"avc1", b"encv")), COMPLETE,
         reason=Reason.MISMATCH),
    Case("two pictures", remade("-map", "0:v", "-map", "0:v", "-map", "0:a", "-c", "copy"),
         COMPLETE, reason=Reason.MISMATCH, made="plain"),
    Case("no picture", remade("-vn", "-c", "copy"), COMPLETE, reason=Reason.MISMATCH,
         made="plain"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_answered_with_its_reason(case: Case, tmp_path: Path) -> None:
    with spoilt(case, tmp_path / "footage", tmp_path / "output") as (folder, job):
        case.defect(folder)
        ready = job.looker.look(asked())
        assert isinstance(ready, Ready)
        made = asyncio.run(job.answer(ready))

    assert isinstance(made, Made)
    states = {s.path: s.state for s in ready.timeline.segments if s.span.overlap(WINDOW)}
    assert states.get(str(folder.bad.relative_to(folder.root))) == case.state
    answer = made.answer
    assert (answer.outcome, answer.reason) == (Outcome.PARTIAL, case.reason)
    lacks = [
        ((to_ns(gap.start) - dirty.START) / NANOS, (to_ns(gap.end) - dirty.START) / NANOS)
        for gap in answer.gaps
    ]
    assert lacks == [pytest.approx(gap, abs=0.041) for gap in case.missing]
    assert faults(tmp_path / "output", answer) == []
