"""Names in the hour that comes twice."""

from dataclasses import replace

from processors.footage.hours import HOUR, settle
from processors.footage.recording import Recording
from tests.found import at, mtxi, outline, recording


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
