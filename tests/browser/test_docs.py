"""The pages for people, in Chromium: they work, and ask nobody but us."""

import pytest

from tests.browsers import Chromium
from tests.showcase import Showcase

pytestmark = [pytest.mark.browser, pytest.mark.media]


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
