"""What is synced beside other work is synced when the work is over."""

import errno
import os
from pathlib import Path

import pytest

from processors.adapters.durable import hasten, synced, write_all


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


@pytest.mark.parametrize("sync", [True, False])
def test_files_are_all_written_before_any_is_waited_for(
    sync: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = {tmp_path / "one": b"1", tmp_path / "two": b"22"}
    synced: list[str] = []

    def note(descriptor: int) -> None:
        assert {path: path.read_bytes() for path in contents} == contents
        synced.append(Path(f"/proc/self/fd/{descriptor}").resolve().name)

    monkeypatch.setattr(os, "fsync", note)
    write_all(contents, sync=sync)

    assert {path: path.read_bytes() for path in contents} == contents
    assert synced == (["one", "two"] if sync else [])


def test_the_disk_begins_with_whole_pages_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    page = os.sysconf("SC_PAGE_SIZE")
    with (tmp_path / "clip").open("wb") as file:
        file.write(b"a" * (3 * page + 10))
        file.flush()

        begun = hasten(file.fileno(), 0, page + 10)
        assert begun == page
        assert hasten(file.fileno(), begun, begun + 10) == page
        assert hasten(file.fileno(), begun, 3 * page + 10) == 3 * page

    assert (tmp_path / "clip").read_bytes() == b"a" * (3 * page + 10)


def test_a_disk_that_cannot_begin_is_heard_of_later() -> None:
    assert hasten(-1, 0, os.sysconf("SC_PAGE_SIZE")) == os.sysconf("SC_PAGE_SIZE")
