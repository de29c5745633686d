"""The benchmarks of looks and of live clips, in short, and what needs no quiet machine to be told."""

import json

from benchmarks import look, look_long, look_memory
from benchmarks.live import Delays
from devtools.broker.records import Record
from processors.footage.pattern import DEFAULT


def test_a_waiting_incident_takes_less_than_4_kilobytes() -> None:
    found = look_memory.of_jobs(500)
    assert found["waiting_jobs"] == 500
    assert isinstance(found["bytes_a_job"], int)
    assert 500 < found["bytes_a_job"] < 4096


def test_a_name_in_a_folder_takes_little() -> None:
    found = look_memory.of_camera(1000)
    assert isinstance(found["bytes_a_name"], int)
    assert 50 < found["bytes_a_name"] < 1000


def test_each_kind_of_look_is_measured() -> None:
    row = look.looks(30, DEFAULT, rounds=1)
    assert {name for name, value in row.items() if name.endswith("_ms") and value} >= {
        "first_ms",
        "unchanged_ms",
        "new_file_covered_ms",
        "new_file_waiting_ms",
    }


def test_cutting_from_a_long_segment_is_measured() -> None:
    parts, tables = look_long.rows((60,), rounds=1)
    assert (parts["segment_s"], parts["input"], tables["input"]) == (60, "fmp4", "mp4")
    for row in (parts, tables):
        assert all(row[f"{name}_ms"] for name in ("first_look", "look", "read", "cut"))
        assert 0 < row["read_bytes"] < row["cut_bytes"] < 1 << 20  # type: ignore[operator]


def answer(name: str, at: float, outcome: str = "complete") -> Record:
    value = json.dumps({"incident": {"id": name}, "outcome": outcome}).encode()
    return Record("t", 0, 0, None, value, timestamp=round(at * 1000))


def test_delays_count_the_first_answer_to_each_incident() -> None:
    delays = Delays("exact", due={"exact-0": 100.0, "exact-1": 200.0})
    delays.take(answer("exact-0", 101.25))
    delays.take(answer("exact-0", 150.0))
    delays.take(answer("segments-0", 150.0))
    assert not delays.good
    assert delays.row()["unanswered"] == 1
    delays.take(answer("exact-1", 201.0))
    assert delays.good
    assert (delays.within(50), delays.within(100)) == (1.25, 1.25)


def test_one_that_is_late_or_partial_is_not_good() -> None:
    late = Delays("exact", due={"a": 100.0})
    late.take(answer("a", 102.0))
    assert not late.good
    partial = Delays("exact", due={"a": 100.0})
    partial.take(answer("a", 101.0, "partial"))
    assert not partial.good
