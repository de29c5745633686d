"""The pages for people in Chromium, large and small: nothing is cut off, everything works by keyboard."""

import pytest

from tests.browsers import Chromium
from tests.showcase import CASES, Showcase

pytestmark = [pytest.mark.browser, pytest.mark.media]

WIDTHS = [1280, 390]
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
LINES = """() => [...document.querySelectorAll("time")].map((it) => it.getClientRects().length)"""
PICTURES = """async () => {
  const all = [...document.querySelectorAll(".poster img")];
  all.forEach((it) => { it.loading = "eager"; });
  await Promise.all(all.map((it) => it.decode()));
  return all.map((it) => it.naturalWidth);
}"""
PLAYS = """async () => {
  const video = document.querySelector("video");
  video.muted = true;
  await video.play();
  return video.duration > 0;
}"""
FOCUSED = "() => document.activeElement.innerText || document.activeElement.name || ''"

Visitor = tuple[Chromium, list[str]]


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_fit_and_say_times_on_one_line(
    visitor: Visitor, showcase: Showcase, width: int
) -> None:
    chromium, faults = visitor
    chromium.page.set_viewport_size({"width": width, "height": 800})
    partial = next(answer for answer in showcase.answers.values() if answer.gaps)
    for path in ("/", f"/watch/{partial.clip_id}", "/?outcome=failed", "/docs/problems"):
        chromium.visit(showcase.address(path))
        assert chromium.call(TOO_WIDE) == 0, path
        assert set(chromium.call(LINES)) <= {1}, path
    assert faults == []


def test_the_list_shows_a_picture_of_every_clip(visitor: Visitor, showcase: Showcase) -> None:
    chromium, faults = visitor
    chromium.visit(showcase.address("/"))
    pictures = chromium.call(PICTURES)
    assert len(pictures) == len(showcase.answers)
    assert all(pictures)
    assert faults == []


def test_a_clip_plays_on_its_page(visitor: Visitor, showcase: Showcase) -> None:
    chromium, faults = visitor
    chromium.visit(showcase.address(f"/watch/{showcase.answers[CASES[0]].clip_id}"))
    assert chromium.call(PLAYS)
    assert faults == []


def test_the_list_is_filtered_and_left_by_keyboard_alone(
    visitor: Visitor, showcase: Showcase
) -> None:
    chromium, _ = visitor
    chromium.visit(showcase.address("/"))
    seen = []
    for _ in range(10):
        chromium.page.keyboard.press("Tab")
        seen.append(chromium.call(FOCUSED).split("\n")[0])
        if seen[-1] == "Show":
            break
    assert seen[0] == "To the content"
    assert seen[-1] == "Show", seen
    chromium.page.keyboard.press("Enter")
    chromium.page.wait_for_url("**camera=&outcome=")
    chromium.page.get_by_role("heading", name="crash-1").first.get_by_role("link").press("Enter")
    chromium.page.wait_for_url("**/watch/**")
    assert chromium.page.get_by_role("heading", level=1).inner_text().startswith("crash-1")
