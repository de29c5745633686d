"""Which files are near a window, by their names."""

from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from processors.adapters.footage_listing import NEIGHBOURS, Found, Listing
from processors.errors import FootageError
from processors.footage.pattern import Pattern
from processors.footage.setup import Setup, Setups
from processors.span import Span
from schemas.instant import NANOS, to_ns

BERLIN = ZoneInfo("Europe/Berlin")
T = datetime(2026, 11, 24, 12, tzinfo=UTC)


def made(
    root: Path, pattern: str, starts: list[datetime], zone: tzinfo = UTC, camera: str = "cam"
) -> Listing:
    """Empty files of these names, and a listing of them."""
    for start in starts:
        path = root / Pattern(pattern).encode(camera, start, zone)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return Listing(root, Setups(Setup((Pattern(pattern),), zone)))


def window(start: datetime, seconds: float = 20) -> Span:
    return Span(to_ns(start), to_ns(start) + round(seconds * NANOS))


def starts(found: Found) -> list[int]:
    return [entry.starts[0] for entry in found.entries]


PATTERNS = [
    "%path/%path_%Y%m%d_%H%M%S",
    "%path/%s",
    "%path/%Y-%m-%d/%H-%M-%S-%f%z",
    "%Y/%m/%d/%path/%H-%M-%S",
    "%path/%Y-%m-%d_%H/%Y-%m-%d_%H-%M-%S",
]


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("zone", [UTC, BERLIN, ZoneInfo("Asia/Kolkata")], ids=str)
def test_a_window_finds_its_files_and_their_neighbours(
    tmp_path: Path, pattern: str, zone: tzinfo
) -> None:
    times = [T + timedelta(hours=h, seconds=5 * i) for h in (-30, 0, 30) for i in range(40)]
    found = made(tmp_path, pattern, times, zone).find("cam", window(T + timedelta(seconds=60)))
    wanted = [T + timedelta(seconds=5 * i) for i in range(12 - NEIGHBOURS, 17 + NEIGHBOURS)]
    assert starts(found) == [to_ns(moment) for moment in wanted]
    assert (found.oldest, found.newest) == (to_ns(times[0]), to_ns(times[-1]))


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_window_long_before_or_after_has_neighbours_too(tmp_path: Path, pattern: str) -> None:
    times = [T + timedelta(seconds=5 * i) for i in range(3)]
    listing = made(tmp_path, pattern, times)
    assert starts(listing.find("cam", window(T - timedelta(days=9)))) == [to_ns(t) for t in times]
    assert starts(listing.find("cam", window(T + timedelta(days=9)))) == [to_ns(t) for t in times]


def test_a_nested_camera(tmp_path: Path) -> None:
    listing = made(tmp_path, "%path/%path_%Y%m%d_%H%M%S", [T], camera="site/gate-3")
    assert starts(listing.find("site/gate-3", window(T))) == [to_ns(T)]


def test_an_unknown_camera_has_nothing(tmp_path: Path) -> None:
    listing = made(tmp_path, "%path/%s", [T])
    for camera in ("nobody", "cam/1", "..", "/etc", "a\0b", "cam/../cam"):
        assert listing.find(camera, window(T)) == Found()


def test_several_patterns_are_one_camera(tmp_path: Path) -> None:
    made(tmp_path, "%path/%s", [T])
    made(tmp_path, "%path/%path_%Y%m%d_%H%M%S", [T + timedelta(seconds=5)])
    listing = Listing(tmp_path, Setups(Setup((Pattern("%path/%s"), Pattern()))))
    found = listing.find("cam", window(T))
    assert starts(found) == [to_ns(T), to_ns(T + timedelta(seconds=5))]


def test_cameras_in_one_folder_are_told_apart(tmp_path: Path) -> None:
    pattern = "all/%path-%s"
    made(tmp_path, pattern, [T], camera="one")
    listing = made(tmp_path, pattern, [T], camera="two")
    assert len(listing.find("one", window(T)).entries) == 1


def test_other_files_are_nobodys(tmp_path: Path) -> None:
    listing = made(tmp_path, "%path/%path_%Y%m%d_%H%M%S", [T])
    for name in ("cam_20261324_120000.mp4", "cam_20261124_120005.mp4.tmp", ".x.mp4", "Thumbs.db"):
        (tmp_path / "cam" / name).touch()
    assert len(listing.find("cam", window(T)).entries) == 1


def test_the_doubled_hour_has_two_meanings(tmp_path: Path) -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 in Berlin, and again an hour later
    second = first + timedelta(hours=1)
    listing = made(tmp_path, "%path/%Y%m%d_%H%M%S", [first], BERLIN)
    for moment in (first, second):
        (entry,) = listing.find("cam", window(moment)).entries
        assert entry.starts == (to_ns(first), to_ns(second))


@pytest.mark.parametrize("hour", [-2, -1, 0, 1, 2, 3])
def test_windows_around_a_change_of_clocks_find_their_files(tmp_path: Path, hour: int) -> None:
    change = datetime(2026, 10, 25, 1, tzinfo=UTC)
    times = [change + timedelta(minutes=m) for m in range(-240, 240)]
    listing = made(tmp_path, "%path/%Y%m%d_%H%M%S", times, BERLIN)
    moment = change + timedelta(hours=hour)
    found = listing.find("cam", window(moment, 60))
    meant = {start for entry in found.entries for start in entry.starts}
    assert {to_ns(moment), to_ns(moment + timedelta(minutes=1))} <= meant


def test_a_link_that_leads_out_of_the_root_is_not_followed(tmp_path: Path) -> None:
    made(tmp_path / "outside", "%path/%s", [T])
    (tmp_path / "root").mkdir()
    (tmp_path / "root/cam").symlink_to(tmp_path / "outside/cam")
    listing = Listing(tmp_path / "root", Setups(Setup((Pattern("%path/%s"),))))
    with pytest.raises(FootageError, match="is a link out of the footage root"):
        listing.find("cam", window(T))


def test_a_link_within_the_root_is_followed(tmp_path: Path) -> None:
    listing = made(tmp_path, "%path/%s", [T])
    (tmp_path / "alias").symlink_to(tmp_path / "cam")
    assert starts(listing.find("alias", window(T))) == [to_ns(T)]


def test_a_root_that_comes_later_is_found(tmp_path: Path) -> None:
    listing = Listing(tmp_path / "root", Setups(Setup((Pattern("%path/%s"),))))
    assert listing.find("cam", window(T)) == Found()
    made(tmp_path / "root", "%path/%s", [T])
    assert starts(listing.find("cam", window(T))) == [to_ns(T)]


def test_a_camera_has_names_and_a_zone_of_its_own(tmp_path: Path) -> None:
    made(tmp_path, "%path/%path_%Y%m%d_%H%M%S", [T], camera="one")
    made(tmp_path, "nvr/%path/%Y%m%d-%H%M%S", [T], BERLIN, camera="two")
    own = Setup((Pattern("nvr/%path/%Y%m%d-%H%M%S"),), BERLIN)
    listing = Listing(tmp_path, Setups(Setup(), {"two": own}))
    assert starts(listing.find("one", window(T))) == [to_ns(T)]
    assert starts(listing.find("two", window(T))) == [to_ns(T)]


def test_a_folder_of_many_names_is_read_again_only_when_it_matters(tmp_path: Path) -> None:
    times = [T + timedelta(seconds=i) for i in range(2100)]
    listing = made(tmp_path, "%path/%s", times)
    assert not listing.find("cam", window(T)).stale
    last = times[-1] + timedelta(seconds=1)
    made(tmp_path, "%path/%s", [last])
    lazy = listing.find("cam", window(last), lazy=True)
    assert lazy.stale
    assert to_ns(last) not in starts(lazy)
    found = listing.find("cam", window(last))
    assert not found.stale
    assert to_ns(last) in starts(found)
