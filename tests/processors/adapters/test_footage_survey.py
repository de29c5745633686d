"""A walk over the whole root: whose is what, and how much."""

from pathlib import Path
from zoneinfo import ZoneInfo

from click.testing import CliRunner

from processors.adapters.footage_disk import DiskRecordings
from processors.adapters.footage_survey import FootageSurvey
from processors.footage.pattern import Pattern
from processors.footage.setup import Setup, Setups
from schemas.camera_report import CameraReport, FootageReport
from schemas.instant import NANOS
from schemas.settings import Footage, Settings
from streams.commands import cameras
from tests.recordings import SMALL, take

NOW = 1_795_508_700 * NANOS
"""2026-11-24 08:25:00 UTC."""


class Clock:
    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> int:
        return self.at


def survey(root: Path, clock: Clock, setups: Setups) -> FootageSurvey:
    return FootageSurvey(root, setups, DiskRecordings(root, setups), clock)


def by_name(found: FootageReport) -> dict[str, CameraReport]:
    return {camera.camera_id: camera for camera in found.cameras}


def test_every_camera_is_told_and_names_that_do_not_parse_are_counted(tmp_path: Path) -> None:
    for camera in ("site", "crash-1", "epoch-1", "tzlocal-1"):
        take(SMALL / "recordings" / camera, tmp_path / camera)
    (tmp_path / "crash-1/notes.txt").touch()
    (tmp_path / "crash-1/.hidden").touch()
    (tmp_path / "crash-1/2026-11-31_08-23-32-496167.mp4").touch()
    (tmp_path / "stray.mp4").touch()
    (tmp_path / "alias").symlink_to(tmp_path / "crash-1")
    india = Setup((Pattern("%path/%Y-%m-%d_%H-%M-%S-%f"),), ZoneInfo("Asia/Kolkata"))
    usual = Setup(india.patterns)
    found = survey(tmp_path, Clock(), Setups(usual, {"tzlocal-1": india})).report()
    told = by_name(found)
    epochs = len(list((tmp_path / "epoch-1").iterdir()))
    assert set(told) == {"site/gate-3", "crash-1", "tzlocal-1"}
    assert found.strangers == 1 + epochs
    assert any("1 folder is a link, for example 'alias'" in said for said in found.problems)
    assert f"{1 + epochs} files have names" in found.problems[0]
    crash = told["crash-1"]
    assert crash.segments == len(list((SMALL / "recordings/crash-1").iterdir()))
    assert any(p.startswith("2 files have names") for p in crash.problems)
    assert told["tzlocal-1"].problems == ()
    assert crash.newest is not None


def test_a_survey_is_kept_for_a_moment(tmp_path: Path) -> None:
    clock = Clock()
    surveyor = survey(tmp_path, clock, Setups())
    assert surveyor.report().cameras == ()
    take(SMALL / "mediamtx_clips/camera1", tmp_path / "camera1")
    assert surveyor.report().cameras == ()
    clock.at += 5 * NANOS
    assert [camera.camera_id for camera in surveyor.report().cameras] == ["camera1"]


def test_a_root_that_is_not_there_has_no_cameras(tmp_path: Path) -> None:
    assert survey(tmp_path / "away", Clock(), Setups()).report().cameras == ()


def test_the_command_writes_a_table_or_one_object() -> None:
    footage = Footage(root=SMALL / "mediamtx_clips", timezone="UTC")
    command = cameras.command(Settings(footage=footage))
    table = CliRunner().invoke(command, []).output
    assert table.splitlines()[1].startswith("camera1  2026-11-24T08:")
    told = FootageReport.model_validate_json(CliRunner().invoke(command, ["--json"]).output)
    assert told.cameras[0].codecs == ("avc1.42c01e", "mp4a.40.2")


def test_surveys_that_take_long_are_made_seldom(tmp_path: Path) -> None:
    class Slow(Clock):
        """Two seconds pass between any two looks at it."""

        def now(self) -> int:
            self.at += 2 * NANOS
            return self.at

    surveyed = survey(tmp_path, Slow(), Setups())
    first = surveyed.report()
    asked = [surveyed.report() for _ in range(12)]
    assert [found is first for found in asked].count(True) == 8
