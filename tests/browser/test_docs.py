"""The pages for people, in Chromium: they work, and ask nobody but us."""

from collections.abc import Iterator

import pytest

from tests import browsers
from tests.browsers import Chromium
from tests.showcase import Showcase

pytestmark = [pytest.mark.browser, pytest.mark.media]


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


def test_a_request_can_be_tried_out_on_the_documentation(
    visitor: tuple[Chromium, list[str]], showcase: Showcase
) -> None:
    chromium, faults = visitor
    chromium.visit(showcase.address("/docs"))
    operation = chromium.page.locator(
        ".opblock", has=chromium.page.get_by_text("/clips", exact=True)
    )
    listing = operation.filter(has=chromium.page.get_by_text("GET", exact=True))
    listing.locator(".opblock-summary-control").click()
    listing.get_by_role("button", name="Execute").click()
    answer = listing.locator(".live-responses-table .response-col_status").last
    answer.wait_for()

    assert "200" in answer.inner_text()
    assert chromium.page.locator(".errors-wrapper").all_inner_texts() == []
    assert faults == []
