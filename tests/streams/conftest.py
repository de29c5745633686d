"""What the tests of `streams` share."""

from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[Any]]:
    """What is logged through structlog in a test, instead of on the terminal."""
    with capture_logs() as lines:
        yield lines
