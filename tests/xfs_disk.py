"""A volume of XFS for tests of shared blocks, where this machine lets us mount one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devtools.loop_image import NoImageError, loop_image
from tests.needed import missing

_SIZE = 600 << 20


@contextmanager
def xfs_disk(folder: Path, size: int = _SIZE) -> Iterator[Path]:
    """A volume at `folder`; skips where none can be mounted, in CI that is a failure."""
    try:
        with loop_image(folder, size) as mounted:
            yield mounted
    except NoImageError as exc:
        missing(f"no volume of XFS can be mounted here: {exc}")
