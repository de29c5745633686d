"""Where the recordings for tests are, and how tests take them."""

import shutil
from pathlib import Path

from tests.needed import missing

SMALL = Path(__file__).parent / "footage"
"""A few real files, part of the repository (origin: the README there)."""
SHARED = Path(__file__).parents[2] / "shared" / "footage"
"""The whole set with ground truth, where it is at hand."""


def shared() -> Path:
    """The whole set; skips the test where it is not there, fails it in CI."""
    if not SHARED.is_dir():
        missing(f"needs the recordings in {SHARED}")
    return SHARED


def take(source: Path, target: Path) -> Path:
    """A writable copy of a file or tree, with its times."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copy2(source, target)
    for path in (target, *target.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return target
