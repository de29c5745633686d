"""Clips of real recordings behind our own HTTP interface, and browsers that look at them."""

from collections.abc import Iterator

import pytest

from tests import browsers
from tests.background import Background
from tests.browsers import Browser, Chromium
from tests.showcase import CASES, HEVC, SHARED, Showcase
from tests.xfs_disk import xfs_disk

_ROOMY = 3 << 30
"""Bytes: nothing is cut where less than 1 GB is free."""


@pytest.fixture(scope="session")
def background() -> Iterator[Background]:
    """Where servers and sockets live."""
    with Background() as loop:
        yield loop


@pytest.fixture(scope="session")
def showcase(
    background: Background, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Showcase]:
    """A served output with every clip of `CASES`."""
    made = Showcase(tmp_path_factory.mktemp("showcase"))
    try:
        for case in (*CASES, HEVC):
            background.run(made.cut(case))
        background.run(made.start())
        yield made
        background.run(made.stop())
    finally:
        made.close()


@pytest.fixture(scope="session")
def sharing(background: Background, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Showcase]:
    """A served output on a volume where clips share blocks with their footage, with `SHARED`."""
    with xfs_disk(tmp_path_factory.mktemp("sharing") / "disk", _ROOMY) as disk:
        made = Showcase(disk)
        try:
            background.run(made.cut(SHARED))
            background.run(made.start())
            yield made
            background.run(made.stop())
        finally:
            made.close()


@pytest.fixture(scope="module", params=["chromium", "firefox"])
def browser(
    request: pytest.FixtureRequest,
    background: Background,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Browser]:
    """Each of the two in turn."""
    if request.param == "chromium":
        with browsers.chromium() as page:
            yield page
    else:
        with browsers.firefox(background, tmp_path_factory.mktemp("firefox")) as other:
            yield other


@pytest.fixture(scope="module")
def visitor(showcase: Showcase) -> Iterator[tuple[Chromium, list[str]]]:
    """A browser, and what it complains of or asks of others."""
    faults: list[str] = []
    home = showcase.address("/")
    with browsers.chromium() as chromium:
        chromium.page.on("console", lambda said: faults.append(said.text))
        chromium.page.on(
            "request",
            lambda asked: (
                None if asked.url.startswith((home, "data:", "blob:")) else faults.append(asked.url)
            ),
        )
        yield chromium, faults
