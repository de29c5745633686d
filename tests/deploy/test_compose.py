"""compose.yaml and Dockerfile: settings that there are, and nothing more rights than needed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from schemas.config_faults import strangers
from schemas.settings import Drain, Footage
from schemas.version import VERSION

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SCHEMA = json.loads((Path(__file__).parent / "vendored/compose-spec.json").read_text())
HADOLINT = Path(sys.executable).with_name("hadolint")

OWN_USER = {"kafka": "its image runs as appuser and owns its volume"}
"""Services whose user the image says."""
NO_HEALTHCHECK = {
    "topics": "ends by itself",
    "worker": "the image has one",
}


def test_compose_yaml_is_what_the_specification_says() -> None:
    assert [fault.message for fault in Draft202012Validator(SCHEMA).iter_errors(COMPOSE)] == []


def test_the_schema_would_tell() -> None:
    misspelt = {**COMPOSE, "services": {"worker": {"image": "a", "heathcheck": {}}}}
    assert not Draft202012Validator(SCHEMA).is_valid(misspelt)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_no_more_rights_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["init"]
    assert service["mem_limit"]
    assert service.get("read_only") or name == "kafka"  # its start script writes its configuration
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_does_not_run_as_root(name: str) -> None:
    user = SERVICES[name].get("user", "").replace("${CLIPS_UID:-1000}", "1000")
    assert user.partition(":")[0] not in {"0", "root"}
    assert user or name in OWN_USER


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_says_how_it_is(name: str) -> None:
    assert ("healthcheck" in SERVICES[name]) != (name in NO_HEALTHCHECK)
    assert "HEALTHCHECK" in DOCKERFILE
    for other, how in SERVICES[name].get("depends_on", {}).items():
        ends = how["condition"] == "service_completed_successfully"
        assert ends or "healthcheck" in SERVICES[other]


def test_the_recorder_is_well_while_it_records(tmp_path: Path) -> None:
    kind, command = SERVICES["mediamtx"]["healthcheck"]["test"]
    assert kind == "CMD-SHELL"
    assert SERVICES["mediamtx"]["image"].endswith("-ffmpeg")  # the plain image has no shell

    def code() -> int:
        return subprocess.run(
            ["sh", "-c", command.replace("/recordings", str(tmp_path))], check=False
        ).returncode

    assert code() == 1
    recording = tmp_path / "camera1/camera1_20261124_082345.mp4"
    recording.parent.mkdir()
    recording.touch()
    assert code() == 0
    os.utime(recording, (1, 1))
    assert code() == 1


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_is_pinned(name: str) -> None:
    tag = SERVICES[name]["image"].partition(":")[2]
    assert tag
    assert tag != "latest"


def test_the_worker_reads_footage_only_and_may_finish_its_work() -> None:
    worker = SERVICES["worker"]
    assert "./mediamtx_clips:/app/mediamtx_clips:ro" in worker["volumes"]
    assert float(worker["stop_grace_period"].removesuffix("s")) > Drain().timeout
    assert worker["image"].endswith(f":{VERSION}")


def test_every_variable_is_a_setting() -> None:
    names = [name for service in SERVICES.values() for name in service.get("environment", ())]
    words = DOCKERFILE.replace("=", " ").split()
    assert strangers([*names, *(word for word in words if word.startswith("CLIPS_"))]) == []


def test_the_recorder_writes_what_the_default_configuration_reads() -> None:
    recorder = yaml.safe_load((ROOT / "deploy/mediamtx/mediamtx.yml").read_text())
    written = recorder["pathDefaults"]["recordPath"].removeprefix("/recordings/")
    assert written == Footage().pattern


def test_the_image_runs_as_nobody_in_particular_and_says_its_version() -> None:
    assert "USER 10001:10001" in DOCKERFILE
    assert f'version="{VERSION}"' in DOCKERFILE
    assert "--require-hashes" in DOCKERFILE


@pytest.mark.skipif(
    os.environ.get("CI") != "true" and not HADOLINT.exists(),
    reason="the wheel of hadolint is for Linux on x86-64",
)
def test_hadolint_has_nothing_to_say() -> None:
    linted = subprocess.run(
        [HADOLINT, "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (linted.returncode, linted.stdout, linted.stderr) == (0, "", "")
