"""Names in the hour that comes twice."""

from dataclasses import replace

import pytest

from processors.footage.hours import HOUR, misnamed, names_off, settle
from processors.footage.recording import Recording
from schemas.instant import NANOS
from tests.found import at, mtxi, outline, recording, seconds


def doubled(start: float, *, mtime: float, number: int | None = None, ntp: float = 0) -> Recording:
    box = None if number is None else mtxi(number, 0, ntp)
    found = recording(start, outline(mtxi=box), mtime=mtime, path=f"cam/d{start}.mp4")
    return replace(found, starts=(at(start), at(start + 3600)))


def test_the_recorders_own_clock_decides() -> None:
    ((_, start, doubt),) = settle([doubled(0, mtime=99999, number=1, ntp=3600.4)])
    assert (start, doubt) == (at(3600), 0)


def test_the_time_of_the_last_change_decides() -> None:
    ((_, start, doubt),) = settle([doubled(0, mtime=3605.2)])
    assert (start, doubt) == (at(3600), 0)


def test_a_copy_without_its_times_is_decided_by_its_neighbour() -> None:
    before = recording(3595)
    before = replace(before, outline=outline(), mtime=at(3600))
    ((_, first, _), (_, start, doubt)) = settle([before, doubled(0, mtime=500_000)])
    assert first == at(3595)
    assert (start, doubt) == (at(3600), 0)


def test_without_evidence_the_doubt_is_an_hour() -> None:
    ((_, start, doubt),) = settle([doubled(0, mtime=500_000)])
    assert (start, doubt) == (at(0), HOUR)


def test_files_of_both_hours_come_in_their_true_order() -> None:
    late = doubled(0, mtime=3605)
    early = doubled(1, mtime=6)
    assert [r for r, _, _ in settle([late, early])] == [early, late]


def clocked(name: float, clock: float, *, grain: int = NANOS) -> Recording:
    """A file whose name and whose recorder's clock tell these times."""
    return recording(name, outline(mtxi=mtxi(1, 0, clock)), grain=grain, path=f"cam/{name}.mp4")


@pytest.mark.parametrize(
    ("name", "clock", "grain", "off"),
    [
        (0, 0.999, NANOS, 0),  # cut to the second
        (0, 1.9, NANOS, 0),
        (0, 2.1, NANOS, -1.1),
        (1.1, 0, NANOS, 1.1),
        (0, 0.9, 1000, 0),
        (0, 1.1, 1000, -1.099_999),
        (19800, 0.4, NANOS, 19799.6),
    ],
)
def test_a_name_is_off_when_it_differs_from_the_clock_by_more_than_a_second(
    name: float, clock: float, grain: int, off: float
) -> None:
    assert names_off([clocked(name, clock, grain=grain)]) == seconds(off)


def test_a_file_without_a_clock_says_nothing_of_its_name() -> None:
    assert names_off([recording(0, outline())]) == 0
    assert misnamed([recording(0, outline())], 0) == ()


def test_one_renamed_file_is_named_and_does_not_make_the_others_wrong() -> None:
    files = [clocked(0, 0), clocked(5, 5), clocked(10, 3610)]
    assert names_off(files) == 0
    assert misnamed(files, 0) == (("cam/10.mp4", -seconds(3599)),)


def test_files_that_are_wrong_like_all_others_are_not_named_one_by_one() -> None:
    files = [clocked(-3600 + i, i + 0.9 * (i % 2)) for i in range(5)]
    usual = names_off(files)
    assert usual == -seconds(3599)
    assert misnamed(files, usual) == ()


def test_of_a_doubled_hour_the_meaning_that_the_clock_tells_counts() -> None:
    assert names_off([doubled(0, mtime=0, number=1, ntp=3600.4)]) == 0
