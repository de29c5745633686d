"""Finds out whether clips can share room with the recordings, for people who ask."""

import os
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from processors.adapters.cloner import ask, volume_of

_FILES = 1000
"""That are looked at for one that is a block long."""


def no_sharing(footage: Path, output: Path) -> str | None:
    """Why a clip in the folder `output` cannot share blocks with a recording below `footage`.

    Empty where it can; None where there is no recording yet to try it with. Raises `OSError`.
    """
    with tempfile.TemporaryFile(dir=output) as file:
        block = volume_of(file.fileno()).block
        for path in islice(_files(footage), _FILES):
            with path.open("rb", buffering=0) as source:
                block = max(block, volume_of(source.fileno()).block)
                if os.fstat(source.fileno()).st_size >= block:
                    return ask(source.fileno(), file.fileno(), block)
    return None


def _files(root: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(root):
        for name in names:
            path = Path(folder) / name
            if path.is_file() and not path.is_symlink():
                yield path
