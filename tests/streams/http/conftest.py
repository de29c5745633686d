"""A worker's HTTP interface for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.door import Door


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """A worker that is well and has no clips."""
    opened = Door(tmp_path)
    yield opened
    opened.close()
