"""What a test needs and may not find."""

import os
from typing import NoReturn

import pytest


def missing(why: str) -> NoReturn:
    """Skips the test, on a laptop; CI has everything, so there it fails."""
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)
