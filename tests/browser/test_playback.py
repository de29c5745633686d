"""What a person with a browser is shown: the right pictures at the right times, in each browser."""

from base64 import b64decode
from collections.abc import Iterable
from itertools import pairwise

import pytest

from processors.mp4.codecs import codec_name
from schemas.clip import ClipCompleted, Method
from tests import barcode
from tests.browsers import Browser, Firefox
from tests.showcase import CASES, HEVC, SHARED, Case, Showcase

pytestmark = [pytest.mark.browser, pytest.mark.media]

Shown = list[tuple[float, int]]
"""Seconds of the clip at which a picture begins, and its number."""

LOAD = """async (address) => {
  document.body.replaceChildren();
  const video = document.createElement("video");
  video.muted = true;
  video.preload = "auto";
  const loaded = new Promise((done, failed) => {
    video.onloadeddata = done;
    video.onerror = () => failed(new Error(video.error.message));
  });
  video.src = address;
  document.body.append(video);
  await loaded;
  while (video.seeking || address.includes("#t=") && !video.currentTime)
    await new Promise((done) => setTimeout(done, 25));
  return video.duration;
}"""
SEEK = """async (at) => {
  const video = document.querySelector("video");
  const sought = new Promise((done) => { video.onseeked = done; });
  video.currentTime = at;
  await sought;
}"""
STRIP = """async (width, height) => {
  const video = document.querySelector("video");
  const canvas = document.createElement("canvas");
  Object.assign(canvas, {width, height});
  const brush = canvas.getContext("2d");
  const ninth = video.videoHeight / 9;
  brush.drawImage(video, 0, 0, video.videoWidth, ninth, 0, 0, width, height);
  const pixels = brush.getImageData(0, 0, width, height).data;
  return btoa(String.fromCharCode(...pixels.filter((_, at) => at % 4 == 1)));
}"""
PLAY = """async () => {
  const video = document.querySelector("video");
  video.muted = true;
  await video.play();
  const from = video.currentTime;
  const moved = () => video.currentTime > from || video.ended;
  for (let tries = 0; tries < 200 && !moved(); tries++)
    await new Promise((done) => setTimeout(done, 25));
  return moved();
}"""


def load(browser: Browser, showcase: Showcase, case: Case) -> tuple[ClipCompleted, float]:
    """Its answer, and how long the browser takes it to be."""
    answer = showcase.answers[case]
    assert answer.video is not None
    browser.visit(showcase.address("/docs/problems"))  # any page of ours that plays nothing
    return answer, browser.call(LOAD, answer.video.download_url)


def number(browser: Browser) -> int | None:
    """Of the picture that is shown."""
    return barcode.number(b64decode(browser.call(STRIP, barcode.WIDTH, barcode.HEIGHT)))


def seen(browser: Browser, shown: Shown, places: Iterable[int]) -> dict[int, int | None]:
    """The numbers of the pictures at some `places` of those that must be shown."""
    found = {}
    for place in sorted(places):
        browser.call(SEEK, shown[place][0] + 0.02)
        found[place] = number(browser)
    return found


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_picture_is_where_it_belongs(
    browser: Browser, showcase: Showcase, case: Case
) -> None:
    answer, duration = load(browser, showcase, case)
    shown = showcase.shown(case)
    jumps = [i for i in range(1, len(shown)) if shown[i][0] - shown[i - 1][0] > 0.1]
    places = {0, 1, len(shown) // 2, 3 * len(shown) // 4, len(shown) - 1}
    places |= {beside for jump in jumps for beside in (jump - 1, jump)}

    assert seen(browser, shown, places) == {place: shown[place][1] for place in places}
    assert duration == pytest.approx(answer.duration_seconds, abs=0.05)
    assert bool(jumps) == bool(answer.gaps)


def test_a_clip_that_shares_its_blocks_with_the_footage_is_shown_like_any_other(
    browser: Browser, sharing: Showcase
) -> None:
    answer, duration = load(browser, sharing, SHARED)
    shown = sharing.shown(SHARED)
    places = {*range(0, len(shown), 20), len(shown) - 1}

    assert answer.method is Method.CLONE
    assert seen(browser, shown, places) == {place: shown[place][1] for place in places}
    assert duration == pytest.approx(answer.duration_seconds, abs=0.05)


def test_the_last_picture_before_a_gap_stays_until_the_gap_is_over(
    browser: Browser, showcase: Showcase
) -> None:
    case = next(case for case in CASES if case.name == "across a gap")
    load(browser, showcase, case)
    shown = showcase.shown(case)
    before, after = max(pairwise(shown), key=lambda pair: pair[1][0] - pair[0][0])
    browser.call(SEEK, (before[0] + after[0]) / 2)

    assert number(browser) == before[1]


def test_hevc_is_shown_where_the_browser_can(browser: Browser, showcase: Showcase) -> None:
    video = showcase.answers[HEVC].video
    assert video is not None
    kind = f'video/mp4; codecs="{video.mime_codecs}"'
    if not browser.call("(kind) => document.createElement('video').canPlayType(kind)", kind):
        pytest.skip(f"this browser does not play {kind}")
    load(browser, showcase, HEVC)
    browser.call(SEEK, 0.02)

    assert number(browser) == showcase.shown(HEVC)[0][1]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_clip_that_was_only_loaded_shows_its_first_picture(
    browser: Browser, showcase: Showcase, case: Case, request: pytest.FixtureRequest
) -> None:
    answer, _ = load(browser, showcase, case)
    assert answer.video is not None
    if answer.video.lead_in_seconds and isinstance(browser, Firefox):
        why = "Firefox shows the first picture of the lead-in until it plays or seeks"
        request.applymarker(pytest.mark.xfail(reason=why))

    assert number(browser) == showcase.shown(case)[0][1]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_with_a_time_in_its_address_every_browser_shows_the_first_picture(
    browser: Browser, showcase: Showcase, case: Case
) -> None:
    """What docs/usage.md tells those who show a clip before it is played."""
    video = showcase.answers[case].video
    assert video is not None
    browser.visit(showcase.address("/docs/problems"))
    browser.call(LOAD, f"{video.download_url}#t={0.01 + 0.002 * video.lead_in_seconds:.3f}")

    assert number(browser) == showcase.shown(case)[0][1]


def takes(browser: Browser, codecs: str | None) -> bool:
    """Whether Media Source Extensions do."""
    kind = f'video/mp4; codecs="{codecs}"'
    return bool(browser.call("(kind) => MediaSource.isTypeSupported(kind)", kind))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_media_source_takes_the_codecs_that_an_event_names(
    browser: Browser, showcase: Showcase, case: Case
) -> None:
    video = showcase.answers[case].video
    assert video is not None
    assert takes(browser, video.mime_codecs)


def test_browsers_know_mp3_by_the_name_that_an_event_has_for_it(browser: Browser) -> None:
    plays = "(kind) => document.createElement('video').canPlayType(kind)"
    named = codec_name("mp4a", bytes([0x6B]))
    assert browser.call(plays, f'video/mp4; codecs="avc1.64001f, {named}"') == "probably"
    assert not browser.call(plays, 'video/mp4; codecs="avc1.64001f, mp4a.7F"')


def test_the_address_in_the_event_plays_when_it_is_opened(
    browser: Browser, showcase: Showcase
) -> None:
    answer = showcase.answers[CASES[0]]
    assert answer.video is not None
    browser.visit(showcase.address(answer.video.download_url))

    assert browser.call(PLAY)
