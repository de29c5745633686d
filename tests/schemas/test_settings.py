import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from schemas.settings import Settings


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("CLIPS_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_everything_has_a_default() -> None:
    assert Settings().kafka.group == "incident-clips"


def test_the_environment_is_read_by_section_and_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIPS_KAFKA__BOOTSTRAP_SERVERS", "broker:9092")
    monkeypatch.setenv("CLIPS_WINDOWS__MAX_LENGTH", "20m")
    settings = Settings()
    assert settings.kafka.bootstrap_servers == "broker:9092"
    assert settings.windows.max_length == 1200


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("CLIPS_FOOTAGE__TIMEZONE", "Europe/Atlantis", "is no time zone: write an IANA name"),
        ("CLIPS_FOOTAGE__TIMEZONE", "../../etc/passwd", "is no time zone"),
        ("CLIPS_KAFKA__HEARTBEAT_INTERVAL", "5s", "at most a third of kafka.session_timeout"),
        ("CLIPS_KAFKA__GRUOP", "x", "Extra inputs are not permitted"),
        ("CLIPS_CUT__TIMEOUT", "0", "greater than 0"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused_and_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=says):
        Settings()
