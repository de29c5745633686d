"""A volume of another file system in an image file. Needs root, loop devices and the system's tools."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class NoImageError(Exception):
    """This machine cannot mount one; says why."""


@contextmanager
def loop_image(folder: Path, size: int, *, kind: str = "xfs") -> Iterator[Path]:
    """An empty volume of `size` bytes at `folder`; the image beside it takes room as it fills.

    mkfs.xfs wants 300 MB at least, and shares blocks by default.
    """
    image = folder.with_name(folder.name + ".img")
    folder.mkdir()
    with image.open("wb") as file:
        file.truncate(size)
    try:
        _run(f"mkfs.{kind}", "-q", str(image))
        _run("mount", "-o", "loop", str(image), str(folder))
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
    finally:
        image.unlink()
        folder.rmdir()


def _run(*argv: str) -> None:
    try:
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
    except OSError as exc:
        raise NoImageError(f"{argv[0]} cannot be run: {exc.strerror}") from exc
    if done.returncode:
        raise NoImageError(f"{argv[0]}: {done.stderr.strip()}")
