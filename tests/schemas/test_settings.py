"""Settings: what people write, what wins, and how a fault is told."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from schemas.settings import describe, load, strangers


def test_environment_wins_over_file_wins_over_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("kafka: {group: from-file, partitions: 3}\nfootage: {timezone: UTC}\n")
    monkeypatch.setenv("CLIPS_KAFKA__GROUP", "from-environment")
    settings = load(file)

    assert settings.kafka.group == "from-environment"
    assert settings.kafka.partitions == 3
    assert settings.kafka.bootstrap_servers == "127.0.0.1:9092"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("footage: {timezone: Mars/Olympus}", "footage.timezone = 'Mars/Olympus'"),
        ("footage: {rot: here}", "footage.rot = 'here'"),
        ("fotage: {root: here}", "fotage = "),
        ("windows: {max_length: long}", "windows.max_length = 'long'"),
        ("kafka: {session_timeout: 6s, heartbeat_interval: 5s}", "kafka = "),
        ("kafka: {bootstrap_servers: ''}", "kafka.bootstrap_servers = ''"),
    ],
)
def test_a_fault_names_place_and_value(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(text)
    with pytest.raises(ValidationError) as caught:
        load(file)

    assert any(line.startswith(named) for line in describe(caught.value))


def test_variables_that_only_look_like_ours_are_told() -> None:
    names = ["CLIPS_KAFAK__GROUP", "CLIPS_KAFKA__GROUP", "CLIPS_CONFIG", "CLIPS_FAUST_X", "HOME"]

    assert strangers(names) == ["CLIPS_KAFAK__GROUP"]
