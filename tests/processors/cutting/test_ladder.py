import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from processors.cutting.ladder import Ladder, Rung
from processors.cutting.plan import CutPlan, CutResult
from processors.errors import (
    ClipError,
    CutError,
    CutTimeoutError,
    FootageError,
    OutputFullError,
    ProofError,
)
from processors.span import Span
from schemas.clip import Method
from schemas.incident import Precision
from tests.clips import plan_of
from tests.movies import segment

PLAN = plan_of([segment("0", 100, 105)])


class Way:
    """Gives a clip, or the error that it was made with."""

    def __init__(self, method: Method, error: ClipError | None = None) -> None:
        self.method = method
        self.error = error
        self.asked = 0

    async def cut(self, plan: CutPlan, target: Path) -> CutResult:
        self.asked += 1
        if self.error:
            raise self.error
        return CutResult(self.method, Precision.SEGMENTS, 1, None, Span(0, 1), 1, 1, 2, 2, None)


def climb(*ways: Way) -> CutResult:
    ladder = Ladder([Rung(way.method.value, lambda way=way: way) for way in ways])  # type: ignore[misc]
    return asyncio.run(ladder.cut(PLAN, Path("clip.mp4")))


def test_the_first_rung_that_gives_a_clip_is_taken() -> None:
    last = Way(Method.TRANSCODE)
    assert climb(Way(Method.SPLICE), last).method is Method.SPLICE
    assert last.asked == 0


@pytest.mark.parametrize(
    ("error", "level"), [(CutError("odd input"), "info"), (ProofError("is short"), "warning")]
)
def test_a_refusal_gives_way_and_is_logged_with_its_reason(error: CutError, level: str) -> None:
    with capture_logs() as logs:
        assert climb(Way(Method.SPLICE, error), Way(Method.COPY)).method is Method.COPY
    (line,) = logs
    assert (line["rung"], line["reason"], line["log_level"]) == ("splice", str(error), level)


def test_when_no_rung_is_left_all_reasons_are_told() -> None:
    with pytest.raises(CutError, match="splice: odd; copy: short"):
        climb(Way(Method.SPLICE, CutError("odd")), Way(Method.COPY, ProofError("short")))


@pytest.mark.parametrize(
    "error", [FootageError("changed"), OutputFullError("full"), CutTimeoutError("late")]
)
def test_what_would_fail_on_any_rung_ends_the_climb(error: ClipError) -> None:
    after = Way(Method.COPY)
    with pytest.raises(type(error)):
        climb(Way(Method.SPLICE, error), after)
    assert after.asked == 0


def test_a_rung_that_this_machine_lacks_is_a_refusal_and_others_are_not_made() -> None:
    def missing() -> Way:
        raise CutError("no ffmpeg")

    def never() -> Way:
        raise AssertionError

    ways = [Rung("a", missing), Rung("b", lambda: Way(Method.COPY)), Rung("c", never)]
    result = asyncio.run(Ladder(ways).cut(PLAN, Path("clip.mp4")))
    assert result.method is Method.COPY


class WholeOnly(Way):
    """Refuses to be exact."""

    async def cut(self, plan: CutPlan, target: Path) -> CutResult:
        if plan.precision is Precision.EXACT:
            raise CutError("whole segments only")
        return await super().cut(plan, target)


def test_whole_segments_are_better_than_nothing_if_it_is_said_so() -> None:
    exact = replace(PLAN, precision=Precision.EXACT)
    rungs = [Rung("a", lambda: WholeOnly(Method.COPY))]

    with pytest.raises(CutError, match="whole segments only"):
        asyncio.run(Ladder(rungs).cut(exact, Path("clip.mp4")))
    result = asyncio.run(Ladder(rungs, coarsen=True).cut(exact, Path("clip.mp4")))
    assert result.precision is Precision.SEGMENTS
