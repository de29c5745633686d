"""State that nobody touched for long is forgotten; what is new or held stays."""

import os
from pathlib import Path

from processors.adapters.group_book import DiskGroupBook
from processors.adapters.old_state import forget
from processors.adapters.replay_log import ReplayLog
from schemas.instant import NANOS
from tests.answers import complete

NOW = 1_800_000_000 * NANOS
OLD, NEW = NOW - 40 * 86400 * NANOS, NOW - 86400 * NANOS
BEFORE = NOW - 30 * 86400 * NANOS


def touch(folder: Path, at: int) -> None:
    for path in (folder, *folder.rglob("*")):
        os.utime(path, ns=(at, at))


def group(root: Path, name: str, at: int) -> DiskGroupBook:
    book = DiskGroupBook(root)
    known = set((root / ".state/groups").glob("*"))
    book.add(name, complete("camera1_20261124_082345_id", b"v"))
    with book.claim(name):
        book.mark_announced(name)
    (folder,) = set((root / ".state/groups").glob("*")) - known
    touch(folder, at)
    return book


def test_old_groups_are_forgotten_and_newer_ones_are_not(tmp_path: Path) -> None:
    group(tmp_path, "old", OLD)
    book = group(tmp_path, "new", NEW)

    assert forget(tmp_path, BEFORE) == 1
    assert (book.is_announced("old"), book.is_announced("new")) == (False, True)
    assert forget(tmp_path, BEFORE) == 0


def test_a_group_that_somebody_looks_at_stays(tmp_path: Path) -> None:
    book = group(tmp_path, "old", OLD)
    with book.claim("old"):
        assert forget(tmp_path, BEFORE) == 0
    assert book.is_announced("old")


def test_an_old_replay_is_forgotten_unless_it_runs(tmp_path: Path) -> None:
    log = ReplayLog(tmp_path)
    with log.claim("r-1"):
        state = tmp_path / ".state/replay/r-1.json"
        state.write_text("{}")
        os.utime(state, ns=(OLD, OLD))
        assert forget(tmp_path, BEFORE) == 0
    assert forget(tmp_path, BEFORE) == 1
    assert list((tmp_path / ".state/replay").iterdir()) == []


def test_without_state_there_is_nothing_to_forget(tmp_path: Path) -> None:
    assert forget(tmp_path, BEFORE) == 0
