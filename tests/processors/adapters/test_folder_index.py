"""A folder's names in order, read again only when they change."""

import os
from pathlib import Path

import pytest

from processors.adapters import folder_index
from processors.adapters.folder_index import FolderIndex


class Counter:
    """Numbers names; counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, name: str) -> int | None:
        self.asked += 1
        return int(name) if name.isdigit() else None


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every reading of a folder."""
    calls: list[object] = []
    real = os.listdir

    def listdir(path: Path) -> list[str]:
        calls.append(path)
        return real(path)

    monkeypatch.setattr(os, "listdir", listdir)
    return calls


def age(path: Path) -> None:
    """As if the last change of the folder, and our reading of it, were long ago."""
    os.utime(path, (1_000_000, 1_000_000))


def test_names_come_in_order_with_neighbours(tmp_path: Path) -> None:
    for number in (5, 40, 10, 20, 30):
        (tmp_path / str(number)).touch()
    (tmp_path / "stranger").touch()
    index = FolderIndex(tmp_path, Counter())
    index.refresh()
    assert len(index) == 5
    assert index.ends() == (5, 40)
    assert index.near(15, 25, 1) == [(10, "10"), (20, "20"), (30, "30")]
    assert index.near(41, 99, 1) == [(40, "40")]
    assert index.near(0, 1, 0) == []


def test_a_folder_that_rests_is_not_read_again(
    tmp_path: Path, listed: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_index, "_SETTLING", 0)
    (tmp_path / "1").touch()
    index = FolderIndex(tmp_path, Counter())
    for _ in range(5):
        index.refresh()
    assert len(listed) == 2, "once, and once more to be sure of the clock tick"


def test_a_file_made_in_the_tick_of_the_reading_is_found(tmp_path: Path) -> None:
    index = FolderIndex(tmp_path, Counter())
    age(tmp_path)
    index.refresh()
    (tmp_path / "7").touch()
    age(tmp_path)  # the same time as before: a coarse clock
    index.refresh()
    assert index.ends() == (7, 7)


@pytest.mark.parametrize("count", [3, 500])
def test_what_comes_and_goes_is_followed(tmp_path: Path, count: int) -> None:
    counter = Counter()
    index = FolderIndex(tmp_path, counter)
    for number in range(count):
        (tmp_path / str(number)).touch()
    index.refresh()
    assert len(index) == counter.asked == count
    (tmp_path / "0").unlink()
    (tmp_path / "900").touch()
    index.refresh()
    assert index.ends() == (1, 900)
    assert counter.asked == count + 1, "names that were known are not read again"


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        FolderIndex(tmp_path / "none", Counter()).refresh()
