"""What is measured of cutting, and the table of it."""

from typing import Any

import pytest

from benchmarks import cut
from benchmarks.cut_table import LINES, Line, placed, table

SIZES, INPUTS = ("8MB", "44MB"), ("mp4", "fmp4")


def rows(fs: str, ratio: float) -> list[dict[str, Any]]:
    cases = cut.XFS_CASES if fs == "xfs" else cut.CASES
    return [
        case.row() | {"size": size, "input": layout, "fs": fs, "ratio_to_raw": ratio}
        for case in cases
        for size in SIZES
        for layout in INPUTS
    ]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.says)
def test_every_line_of_the_table_is_measured(line: Line) -> None:
    found = [row | {"clips_per_s": 1.0} for row in rows("ext4", 0.5) + rows("xfs", 3.0)]

    values = [line.value(found, size, layout) for size in SIZES for layout in INPUTS]

    expected = 1.0 if line.to else 3.0 if line.shared else 0.5
    assert values == [expected] * 4


def test_what_no_image_could_be_mounted_for_is_left_empty() -> None:
    made = table([row | {"clips_per_s": 1.0} for row in rows("ext4", 0.5)])

    line = next(line for line in made.splitlines() if line.startswith("| XFS: cut only, durable |"))
    assert line == "| XFS: cut only, durable | >= 2 | >= 8 |  |  |  |  |"
    page = "a\n<!-- measured -->\nold\n<!-- /measured -->\nb"
    assert placed(page, made) == page.replace("old\n", made)


@pytest.mark.parametrize("cases", [cut.CASES, cut.XFS_CASES], ids=["here", "xfs"])
def test_every_case_has_a_raw_copy_to_compare_with(cases: list[cut.Case]) -> None:
    assert {case.limit for case in cases} <= set(cases)


@pytest.mark.parametrize("cases", [cut.CASES, cut.XFS_CASES], ids=["here", "xfs"])
def test_raw_and_ours_are_measured_hot_cold_and_durable(cases: list[cut.Case]) -> None:
    for way in ("raw", "ours"):
        found = {(case.cold, case.durable) for case in cases if case.way == way}
        assert found >= {(False, False), (True, False), (False, True)}
