"""Which incidents share a cut."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from processors.merging import MOST, Merging, groups, title, union
from processors.ready_queue import Lane
from processors.request import ClipRequest
from processors.span import Span
from schemas.incident import Precision
from topics.cloudevents import Envelope, ReplayMode

spans = st.builds(
    lambda start, length: Span(start, start + length), st.integers(0, 60), st.integers(1, 20)
)


def wanted(
    name: str, start: int, end: int, precision: Precision = Precision.SEGMENTS
) -> ClipRequest:
    return ClipRequest(name, name, "camera1", start, Span(start, end), precision, reported_at=0)


def names(merging: Merging, one: ClipRequest, *others: ClipRequest) -> set[str]:
    return {other.clip_id for other in merging.companions(one, others)}


@given(st.lists(spans, max_size=30), st.integers(1, 50), st.integers(1, 8))
def test_every_incident_is_in_one_group_that_covers_it_and_is_not_too_long(
    windows: list[Span], longest: int, most: int
) -> None:
    found = groups(windows, longest, most)

    assert sorted(i for group in found for i in group) == list(range(len(windows)))
    for group in found:
        members = [windows[i] for i in group]
        whole = union(members)
        assert len(group) <= most
        assert whole.length <= longest or len(set(members)) == 1
        covered = {at for member in members for at in range(member.start, member.end)}
        assert covered == set(range(whole.start, whole.end)), "nothing that nobody asked for"


@given(st.lists(spans, min_size=1, max_size=12), st.integers(1, 50))
def test_all_of_a_group_name_the_same_group(windows: list[Span], longest: int) -> None:
    requests = [wanted(str(i), w.start, w.end) for i, w in enumerate(windows)]
    merging = Merging(longest)
    for one in requests:
        mine = {one.clip_id} | names(merging, one, *(r for r in requests if r is not one))
        for other in requests:
            if other.clip_id in mine:
                rest = (r for r in requests if r is not other)
                theirs = {other.clip_id} | names(merging, other, *rest)
                assert len(theirs) == len(mine)


def test_windows_that_overlap_or_touch_are_one() -> None:
    assert groups([Span(0, 10), Span(5, 15), Span(15, 20), Span(21, 30)], 100) == [[0, 1, 2], [3]]


def test_without_merging_only_the_same_window_is_shared() -> None:
    one, same, other = wanted("a", 0, 10), wanted("b", 0, 10), wanted("c", 0, 11)
    assert names(Merging(), one, same, other) == {"b"}
    assert names(Merging(100), one, same, other) == {"b", "c"}


def test_no_more_share_than_an_answer_can_list() -> None:
    twins = [wanted(f"t{i}", 0, 10) for i in range(150)]
    assert len(names(Merging(), wanted("a", 0, 10), *twins)) == MOST - 1


def test_an_exact_clip_begins_and_ends_where_it_was_asked_to() -> None:
    one, same, other = (
        wanted(n, 0, end, Precision.EXACT) for n, end in (("a", 9), ("b", 9), ("c", 8))
    )
    assert names(Merging(100), one, same, other) == {"b"}


def test_lanes_replays_and_doubled_hours_do_not_mix() -> None:
    one = wanted("a", 0, 10)
    forced = Envelope(carried=(("ce_replayid", b"r-1"),), replay=ReplayMode.FORCE)
    others = [
        replace(one, clip_id="lane", lane=Lane.BACKFILL),
        replace(one, clip_id="forced", envelope=forced),
        replace(one, clip_id="doubled", doubled=7),
        replace(one, clip_id="precise", precision=Precision.EXACT),
    ]
    assert names(Merging(100), one, *others) == set()


def test_a_title_names_some_and_counts_the_others() -> None:
    five = [wanted(n, 0, 10) for n in "abcde"]
    assert title(five[:1]) == "camera1 a"
    assert title(five[:3]) == "camera1 a, b, c"
    assert title(five) == "camera1 a, b, c and 2 more"
