"""The page of scenarios: it names every scenario that there is, and some are made here once more."""

from pathlib import Path

import pytest

from devtools.scenarios import recorded, spoilt
from devtools.scenarios.windows import read_windows
from schemas.incident import Precision
from tests.defects import MATRIX
from tests.recordings import shared

PAGE = Path(__file__).parents[3] / "docs/scenarios.md"


def written() -> set[tuple[str, str, str]]:
    """Scenario, camera or way, and precision of each row."""
    rows = [line.strip("| ").split(" | ") for line in PAGE.read_text().splitlines()]
    return {(row[0], row[1], row[2]) for row in rows if len(row) > 5}


def test_every_defect_is_there_through_every_way_and_nothing_is_wrong() -> None:
    ways = [("copying", p.value) for p in Precision]
    ways += [(way, Precision.SEGMENTS.value) for way in ("splice", "ffmpeg", "transcode")]
    known = {
        (f"spoilt: {case.name}", *way)
        for case in MATRIX
        if case.name != "forbidden"
        for way in ways
    }
    assert {row for row in written() if row[0].startswith("spoilt: ")} - {
        row for row in written() if row[0] == "spoilt: forbidden"
    } == known, "make scenarios"
    assert ", 0 wrong, 0 of them called complete." in PAGE.read_text()


@pytest.mark.footage
def test_every_window_of_the_real_recordings_is_there() -> None:
    windows = {(w.what, w.camera, p.value) for w in read_windows(shared()) for p in Precision}
    assert windows <= written(), "make scenarios"


@pytest.mark.footage
def test_a_real_window_is_answered_as_it_is_written() -> None:
    found = list(recorded.rows(shared(), "disk full"))
    assert [row.faults for row in found] == [(), ()]
    text = PAGE.read_text()
    assert all(row.got in text for row in found)


@pytest.mark.media
def test_a_defect_goes_through_every_way() -> None:
    (case,) = [case for case in MATRIX if case.name == "cut in a part"]
    found = list(spoilt.rows([case]))
    assert [row.of for row in found] == ["copying", "copying", "splice", "ffmpeg", "transcode"]
    assert [row.faults for row in found] == [()] * 5
