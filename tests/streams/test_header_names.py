"""A header name that is no UTF-8 stops nobody."""

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.record.memory_records import MemoryRecords

from streams import header_names
from tests import poison

VALUES = (b"a", b"b", b"c")


@pytest.fixture(autouse=True)
def _stock(monkeypatch: pytest.MonkeyPatch) -> None:
    """As aiokafka is, also where another test has made a worker in this process."""
    stock = header_names._PartitionRecords.__base__  # what it stands in for
    monkeypatch.setattr(fetcher, "MemoryRecords", MemoryRecords)
    monkeypatch.setattr(fetcher, "PartitionRecords", stock)


def read(data: bytes, start: int = 0) -> list[tuple[int, bytes, list[str]]]:
    """As aiokafka's fetcher does it."""
    records = fetcher.PartitionRecords(
        TopicPartition("t", 0),
        fetcher.MemoryRecords(data),
        None,
        start,
        None,
        None,
        check_crcs=True,
        isolation_level=0,
    )
    return [(r.offset, r.value, [name for name, _ in r.headers]) for r in records]


def test_stock_aiokafka_cannot_get_past_it() -> None:
    """The day that this fails, the override can go."""
    with pytest.raises(UnicodeDecodeError):
        read(poison.batch(*VALUES, bad=1))


@pytest.mark.parametrize("bad", [0, 1, 2])
def test_every_record_is_read_once_and_in_order(bad: int) -> None:
    header_names.tolerate()
    found = read(poison.batch(*VALUES, bad=bad))

    assert [(offset, value) for offset, value, _ in found] == list(enumerate(VALUES))
    assert [names for *_, names in found] == [
        [poison.SHOWN] if i == bad else ["fine"] for i in range(3)
    ]


def test_reading_goes_on_where_it_was() -> None:
    header_names.tolerate()
    assert [offset for offset, *_ in read(poison.batch(*VALUES, bad=1), start=1)] == [1, 2]


def test_records_without_it_are_read_by_the_quick_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    header_names.tolerate()
    monkeypatch.setattr(header_names, "_LenientRecords", None)
    assert len(read(poison.batch(*VALUES, bad=9))) == 3
