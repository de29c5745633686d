"""Names of recordings, there and back."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.footage.pattern import EXTENSIONS, Name, Pattern, bounds
from processors.moment import candidates
from schemas.camera import safe_camera

PATTERNS = [
    "%path/%path_%Y%m%d_%H%M%S",
    "%path/%Y-%m-%d_%H-%M-%S-%f",
    "%path/%Y-%m-%d_%H-%M-%S-%f%z",
    "%path/%s",
    "%path/%s-%f",
    "%Y/%m/%d/%path/%H.%M.%S",
    "a+b(c)/%path%Y%m%d%H%M%S%z.x",
    "%S%M%H%d%m%Y%path",
]


def safe(name: str) -> bool:
    try:
        safe_camera(name)
    except ValueError:
        return False
    return True


cameras = st.from_regex(r"[\w][\w .+@-]{0,9}(/[\w][\w .+@-]{0,9})?", fullmatch=True).filter(safe)
moments = st.datetimes(
    datetime(2002, 1, 1),  # noqa: DTZ001  # hypothesis wants naive bounds
    datetime(2199, 1, 1),  # noqa: DTZ001  # same
    timezones=st.just(UTC),
)
zones = st.one_of(
    st.integers(-839, 839).map(lambda minutes: timezone(timedelta(minutes=minutes))),
    st.sampled_from([ZoneInfo("Europe/Berlin"), ZoneInfo("America/St_Johns"), UTC]),
)


@pytest.mark.parametrize("text", PATTERNS)
@given(
    camera=cameras,
    moment=moments,
    zone=zones,
    extension=st.sampled_from([*EXTENSIONS, "MP4", "Mp4", "TS", "MKV"]),
)
def test_decode_undoes_encode(
    text: str, camera: str, moment: datetime, zone: timezone, extension: str
) -> None:
    pattern = Pattern(text)
    name = pattern.decode(pattern.encode(camera, moment, zone, extension))
    assert name is not None
    assert (name.camera, name.extension) == (camera, extension)
    cut = moment if name.grain == 1000 else moment.replace(microsecond=0)
    assert cut in candidates(name.written, zone)


@pytest.mark.parametrize("text", PATTERNS)
@given(camera=cameras, moment=moments, zone=zones)
def test_levels_lead_to_the_same_name(
    text: str, camera: str, moment: datetime, zone: timezone
) -> None:
    pattern = Pattern(text)
    path = pattern.encode(camera, moment, zone)
    fields: dict[str, str] | None = {}
    levels = pattern.levels(camera)
    parts = path.split("/")
    assert len(levels) == len(parts)
    shown = moment.astimezone(zone).replace(tzinfo=None)
    for level, part in zip(levels, parts, strict=True):
        assert fields is not None
        if level.literal:
            assert level.text == part
            continue
        fields = level.match(part, fields)
        assert fields is not None
        first, last = bounds(fields)
        assert first <= shown.replace(microsecond=0) <= last


@given(st.sampled_from(PATTERNS), st.text(max_size=60))
def test_encode_undoes_decode_and_other_names_are_nobodys(text: str, path: str) -> None:
    assert Pattern(text).decode(path) is None


@given(
    st.sampled_from(PATTERNS),
    st.one_of(
        st.text(max_size=30),
        st.sampled_from(["..", "../x", "a/../b", "/etc", "a//b", ".", "a/.", "a\0b", "a\nb", ""]),
        st.lists(st.sampled_from(["..", ".", "a", "", "\N{ONE DOT LEADER}", "\N{FULLWIDTH SOLIDUS}"]))
        .map("/".join),
    ),
)  # fmt: skip
def test_no_name_leads_out_of_the_root(text: str, camera: str) -> None:
    pattern = Pattern(text)
    try:
        path = pattern.encode(camera, datetime(2026, 11, 24, tzinfo=UTC), UTC)
    except ValueError:
        with pytest.raises(ValueError, match="camera name"):
            pattern.levels(camera)
        return
    assert not PurePosixPath(path).is_absolute()
    assert not {"..", ".", ""} & set(path.split("/"))
    assert "\0" not in path


@pytest.mark.parametrize(
    "path",
    [
        "../camera1/../camera1_20261124_082317.mp4",
        "camera1/camera2_20261124_082317.mp4",
        "camera1/camera1_20261324_082317.mp4",
        "camera1/camera1_20261124_082317.mp4.part",
        "camera1/camera1_20261124_082317.txt",
        ".camera1/.camera1_20261124_082317.mp4",
    ],
)
def test_names_that_are_not_of_the_pattern_are_nobodys(path: str) -> None:
    assert Pattern().decode(path) is None


def test_the_seed_naming() -> None:
    name = Pattern().decode("site/gate-3/site/gate-3_20261124_082317.mp4")
    assert name == Name("site/gate-3", datetime(2026, 11, 24, 8, 23, 17), 10**9, "mp4")  # noqa: DTZ001


def test_a_zone_in_the_name_is_kept() -> None:
    name = Pattern("%path/%Y-%m-%d_%H-%M-%S-%f%z").decode(
        "zone-1/2026-11-24_13-54-27-559925+0530.mp4"
    )
    assert name is not None
    assert name.written.astimezone(UTC) == datetime(2026, 11, 24, 8, 24, 27, 559925, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("%path/%Y%m%d", "must contain %s, or all"),
        ("%Y%m%d_%H%M%S", "must contain %path"),
        ("%path/%q%s", "does not know '%q'"),
        ("../%path/%s", "must be a path below"),
        ("/%path/%s", "must be a path below"),
        ("%path//%s", "must be a path below"),
        ("%path/%s%", "does not know '%'"),
        ("%path/%s.mp4", "without an extension"),
        ("%path/%s.MP4", "without an extension"),
        ("%path/%s ", "without spaces"),
    ],
)
def test_a_bad_pattern_says_what_is_wrong(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Pattern(text)
