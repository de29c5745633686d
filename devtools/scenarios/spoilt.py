"""The scenarios of spoilt recordings: the list of the tests, through each way of cutting."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from devtools.scenarios.row import Expected, Row, compare
from processors.look import Ready, Stale
from schemas.incident import Precision
from schemas.instant import NANOS
from tests.defects import COPYING, ENCODED, MATRIX, WINDOW, Case, asked, faults, spoilt
from tests.dirty import START

_FRAME = NANOS // 25
_ALONE = ("splice", "ffmpeg")


def rows(cases: Iterable[Case] = MATRIX) -> Iterator[Row]:
    """Each defect in each precision, by all ways that copy; then way by way."""
    for case in (case for case in cases if case.shows):
        for precision in Precision:
            yield _row(case, COPYING, precision)
        for way in _ALONE:
            yield _row(case, (way,), may_refuse=True)
        yield _row(case.by_encoding(), ENCODED)


def _row(
    case: Case,
    ways: Sequence[str],
    precision: Precision = Precision.SEGMENTS,
    *,
    may_refuse: bool = False,
) -> Row:
    with TemporaryDirectory(prefix="scenario-") as folder:
        output = Path(folder) / "output"
        with spoilt(case, Path(folder) / "footage", output, ways) as (footage, job):
            case.defect(footage)
            ready = job.looker.look(asked(precision))
            assert isinstance(ready, Ready)
            made = asyncio.run(job.answer(ready))
            assert not isinstance(made, Stale), "nothing changes any more"
            found = faults(output, made.answer)
    way = "copying" if ways == COPYING else ways[0]
    return compare(
        f"spoilt: {case.name}",
        precision,
        expected(case),
        made.answer,
        frame=_FRAME,
        faults=found,
        way=way,
        may_refuse=may_refuse,
    )


def expected(case: Case) -> Expected:
    """What a truthful answer says."""
    gaps = [(START + round(a * NANOS), START + round(b * NANOS)) for a, b in case.missing]
    lost = sum(b - a for a, b in gaps)
    reason = case.reason.value if case.reason else ""
    return Expected(case.expected, 1 - lost / WINDOW.length, gaps, reason)
