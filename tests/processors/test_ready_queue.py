"""Live before backfill, and each camera in its turn."""

from hypothesis import given
from hypothesis import strategies as st

from processors.ready_queue import Lane, ReadyQueue

Item = tuple[Lane, str, int]


def drained(items: list[Item]) -> list[Item]:
    queue: ReadyQueue[Item] = ReadyQueue()
    for item in items:
        queue.put(item[0], item[1], str(item), item)
    found = []
    while (item_ := queue.pop()) is not None:
        found.append(item_)
    assert len(queue) == 0
    return found


def test_live_is_served_before_backfill_that_came_first() -> None:
    assert drained([(Lane.BACKFILL, "a", 1), (Lane.LIVE, "b", 2)]) == [
        (Lane.LIVE, "b", 2),
        (Lane.BACKFILL, "a", 1),
    ]


def test_a_busy_camera_delays_another_by_one_job() -> None:
    busy: list[Item] = [(Lane.LIVE, "busy", number) for number in range(1000)]
    served = drained([*busy, (Lane.LIVE, "quiet", 0)])

    assert served.index((Lane.LIVE, "quiet", 0)) == 1


@given(st.lists(st.tuples(st.sampled_from(Lane), st.sampled_from("abc")), max_size=60))
def test_nobody_is_lost_and_each_camera_keeps_its_order(arrivals: list[tuple[Lane, str]]) -> None:
    items = [(lane, camera, number) for number, (lane, camera) in enumerate(arrivals)]
    served = drained(items)

    assert sorted(served) == sorted(items)
    for lane in Lane:
        for camera in "abc":
            mine = [item for item in served if item[:2] == (lane, camera)]
            assert mine == sorted(mine)


@given(st.dictionaries(st.sampled_from("abcd"), st.integers(1, 20), min_size=1))
def test_each_round_serves_every_waiting_camera_once(counts: dict[str, int]) -> None:
    items = [(Lane.LIVE, camera, n) for camera, count in counts.items() for n in range(count)]
    served = [camera for _, camera, _ in drained(items)]
    expected = []
    for turn in range(max(counts.values())):
        expected += [camera for camera, count in counts.items() if count > turn]

    assert served == expected
