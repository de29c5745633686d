"""compose.yaml and Dockerfile: settings that there are, and nothing more rights than needed."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from schemas.config_faults import strangers
from schemas.settings import Drain, Footage
from schemas.version import VERSION

ROOT = Path(__file__).parents[2]
SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


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
