"""Which setup is a camera's, and whose a file is."""

from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from processors.footage.pattern import Pattern
from processors.footage.setup import Setups, read_setups
from schemas.instant import NANOS
from schemas.settings import Footage, load


def setups(**said: object) -> Setups:
    return read_setups(Footage.model_validate({"timezone": "UTC", **said}), ZoneInfo)


def test_a_camera_without_words_of_its_own_is_as_usual() -> None:
    found = setups(pattern=["%path/%s", "%path/%path_%s"], cameras={"other": {"offset": "-1.5s"}})
    assert found.of("cam").patterns == (Pattern("%path/%s"), Pattern("%path/%path_%s"))
    assert found.of("cam").zone == ZoneInfo("UTC")
    assert found.of("cam").clock_offset == 0


def test_a_camera_takes_what_it_does_not_say_from_the_usual() -> None:
    said = {"a": {"timezone": "Asia/Kolkata"}, "b": {"pattern": "b/%path-%s", "offset": -1.5}}
    found = setups(pattern="%path/%s", cameras=said)
    assert (found.of("a").patterns, found.of("a").zone) == (
        (Pattern("%path/%s"),),
        ZoneInfo("Asia/Kolkata"),
    )
    assert (found.of("b").patterns, found.of("b").clock_offset) == (
        (Pattern("b/%path-%s"),),
        -1.5 * NANOS,
    )


def test_a_file_is_a_cameras_only_by_its_own_pattern() -> None:
    found = setups(pattern="%path/%s", cameras={"b": {"pattern": "nvr/%path-%s"}})
    names = {
        path: name and (name.camera, name.written.tzinfo)
        for path in ("a/1700000000.mp4", "b/1700000000.mp4", "nvr/b-1700000000.ts", "nvr/x.ts")
        if (name := found.decode(path)) or True
    }
    assert names == {
        "a/1700000000.mp4": ("a", UTC),
        "b/1700000000.mp4": None,
        "nvr/b-1700000000.ts": ("b", UTC),
        "nvr/x.ts": None,
    }


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"pattern": "%path/%Y"}, "footage.pattern '%path/%Y' must contain"),
        ({"pattern": ["%path/%s", "%s"]}, "footage.pattern '%s' must contain %path"),
        ({"cameras": {"gate": {"pattern": "%s"}}}, "footage.cameras.gate.pattern '%s' must"),
    ],
)
def test_a_bad_pattern_is_told_with_its_place(said: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        setups(**said)


def test_cameras_can_be_set_by_file_and_by_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("footage:\n  pattern: ['%path/%s', '%path/%path_%s']\n")
    monkeypatch.setenv("CLIPS_FOOTAGE__CAMERAS", '{"site/gate-3": {"offset": "2m"}}')
    footage = load(file).footage
    assert footage.pattern == ("%path/%s", "%path/%path_%s")
    assert footage.cameras["site/gate-3"].offset == 120
    monkeypatch.setenv("CLIPS_FOOTAGE__PATTERN", "%path/%s")
    assert load(file).footage.pattern == "%path/%s"
