"""What is synced beside other work is synced when the work is over."""

import errno
import os
from pathlib import Path

import pytest

from processors.adapters.durable import synced


def test_the_file_is_synced_before_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[int] = []
    monkeypatch.setattr(os, "fsync", done.append)
    with (tmp_path / "clip").open("wb") as file:
        with synced(file.fileno()):
            pass
        assert done == [file.fileno()]


def test_a_disk_that_cannot_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", broken)
    with (
        (tmp_path / "clip").open("wb") as file,
        pytest.raises(OSError, match="Input/output"),
        synced(file.fileno()),
    ):
        pass


def test_what_goes_wrong_meanwhile_is_told(tmp_path: Path) -> None:
    with (
        (tmp_path / "clip").open("wb") as file,
        pytest.raises(ZeroDivisionError),
        synced(file.fileno()),
    ):
        raise ZeroDivisionError


def test_nothing_is_synced_where_it_is_not_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: pytest.fail("synced"))
    with (tmp_path / "clip").open("wb") as file, synced(file.fileno(), wanted=False):
        file.write(b"x")
