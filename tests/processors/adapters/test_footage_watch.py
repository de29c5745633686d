"""Changes of files as the operating system tells them, as cameras."""

import asyncio
from pathlib import Path

import pytest

from processors.adapters import footage_watch
from processors.adapters.footage_watch import FootageWatch
from processors.errors import FootageError
from processors.footage.setup import Setups

PATIENCE = 20.0


def write(root: Path, camera: str) -> None:
    path = root / f"{camera}/{camera}_20261124_082345.mp4"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")


def test_a_file_that_is_written_names_its_camera_also_in_a_folder_made_later(
    tmp_path: Path,
) -> None:
    async def record(*cameras: str) -> None:
        """As a recorder does: again and again, whether anybody watches or not."""
        while True:
            for camera in cameras:
                write(tmp_path, camera)
            (tmp_path / "camera1/notes.txt").write_bytes(b"x")
            await asyncio.sleep(0.05)

    async def scene() -> None:
        changes = FootageWatch(tmp_path, Setups()).changes()
        async with asyncio.timeout(PATIENCE):
            for cameras in (("camera1",), ("camera1", "site/gate-3")):
                recorder = asyncio.create_task(record(*cameras))
                while set(cameras) != (await anext(changes)):
                    pass
                recorder.cancel()

    asyncio.run(scene())


def test_a_root_that_became_another_folder_ends_the_watch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(footage_watch, "_QUIET_MS", 50)
    root = tmp_path / "root"
    root.mkdir()

    async def scene() -> None:
        changes = FootageWatch(root, Setups()).changes()
        ended = asyncio.ensure_future(anext(changes))
        while not ended.done():
            other = tmp_path / "other"
            other.mkdir()
            other.rename(root)  # at once: there is always a root
            await asyncio.sleep(0.3)
        await ended

    with pytest.raises(FootageError, match="no longer watched"):
        asyncio.run(scene())


def test_a_root_that_is_not_there_is_an_error_of_ours(tmp_path: Path) -> None:
    async def scene() -> None:
        await anext(FootageWatch(tmp_path / "away", Setups()).changes())

    with pytest.raises(FootageError, match=r"footage\.root cannot be watched"):
        asyncio.run(scene())
