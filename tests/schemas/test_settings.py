"""Settings: what people write, what wins, and how a fault is told."""

import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from schemas.config_faults import describe, strangers
from schemas.config_file import ConfigFileError
from schemas.settings import load


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
        ("footage: {rot: here}", "footage.rot is no setting: did you mean footage.root?"),
        ("fotage: {root: here}", "fotage is no setting: did you mean footage?"),
        ("kafka: {xyzzy: 1}", "kafka.xyzzy is no setting; `config show` lists them all"),
        ("retention: {max_size: big}", "retention.max_size = 'big': 'big' is no size; write"),
        ("footage: {cameras: {c: {zone: UTC}}}", "footage.cameras.c.zone is no setting"),
        ("windows: {max_length: long}", "windows.max_length = 'long'"),
        ("kafka: {session_timeout: 6s, heartbeat_interval: 5s}", "kafka.heartbeat_interval (5s)"),
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

    assert strangers(names) == ["CLIPS_KAFAK__GROUP is no setting: did you mean kafka.group?"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("kafka: {group: a}\nkafka: {group: b}\n", "line 2: kafka stands there already in line 1"),
        ("kafka:\n  group: a\n  group: b\n", "line 3: group stands there already in line 2"),
        ("kafka: [", "line 1"),
        ("\tkafka: 1", "line 1"),
        ("- kafka", "write sections"),
        ("kafka", "write sections"),
        ("1: 2", "write sections"),
        ("kafka: !!python/object:os.system {}", "line 1"),
    ],
)
def test_a_file_that_is_no_configuration_says_where(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(text)
    with pytest.raises(ConfigFileError, match=str(file)) as caught:
        load(file)
    assert says in str(caught.value)


@pytest.mark.parametrize("text", ["", "# nothing\n", "kafka:\n", "kafka:\n  # group: a\nhttp:\n"])
def test_what_is_commented_out_is_absent(tmp_path: Path, text: str) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(text)
    assert load(file).model_dump() == load(None).model_dump()


def test_the_example_is_every_default_and_valid_for_editors() -> None:
    root = Path(__file__).parents[2]
    assert load(root / "config.example.yaml").model_dump() == load(None).model_dump()
    tree = yaml.safe_load((root / "config.example.yaml").read_text())
    schema = json.loads((root / "docs/config.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    assert list(Draft202012Validator(schema).iter_errors(tree)) == []
    assert list(Draft202012Validator(schema).iter_errors({"kafka": {"xyzzy": 1}}))


def test_a_file_that_is_not_text_says_so(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_bytes(b"kafka: {group: \xff}")
    with pytest.raises(ConfigFileError, match="UTF-8"):
        load(file)


@pytest.mark.parametrize("written", ["off", "'off'", "per_camera"])
def test_merging_is_switched_off_with_and_without_quotes(tmp_path: Path, written: str) -> None:
    """A bare `off` is false in YAML."""
    file = tmp_path / "config.yaml"
    file.write_text(f"cut: {{merge: {written}}}\n")
    assert load(file).cut.merge == written.strip("'")
