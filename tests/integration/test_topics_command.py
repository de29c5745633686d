"""`topics create` and `topics check` against real brokers."""

import asyncio
from pathlib import Path

import pytest

from devtools.broker.broker import Broker
from devtools.broker.records import create_topic
from devtools.broker.tansu import TansuBroker
from devtools.installation import Installation
from devtools.port import free_port
from tests import sites


@pytest.mark.kafka
def test_topics_are_created_once_and_then_right(kafka_broker: Broker, tmp_path: Path) -> None:
    asyncio.run(sites.clear(kafka_broker.address))
    site = Installation(tmp_path, kafka_broker.address)

    missing = site.command("topics", "check")
    assert missing.returncode == 1
    assert "incident.reported.v1 is missing" in missing.stderr
    assert site.command("topics", "create").returncode == 0
    again = site.command("topics", "create")
    assert (again.returncode, again.stdout.count("created")) == (0, 0)
    assert site.command("topics", "check").returncode == 0


@pytest.mark.kafka
def test_a_topic_that_differs_is_told_loudly(kafka_broker: Broker, tmp_path: Path) -> None:
    asyncio.run(sites.clear(kafka_broker.address))
    configs = {"cleanup.policy": "compact"}
    asyncio.run(create_topic(kafka_broker.address, "clip.completed.v1", 3, configs))
    site = Installation(tmp_path, kafka_broker.address)

    created = site.command("topics", "create")
    assert created.returncode == 1
    assert "clip.completed.v1 has 3 partitions, not 4" in created.stderr
    assert "clip.completed.v1 has cleanup.policy=compact, not delete" in created.stderr
    assert site.command("topics", "check").returncode == 1


@pytest.mark.embedded
def test_the_embedded_broker_takes_our_topics(tmp_path: Path) -> None:
    with TansuBroker(tmp_path / "broker") as broker:
        site = Installation(tmp_path, broker.address)
        assert site.command("topics", "create").returncode == 0
        assert site.command("topics", "check").returncode == 0


def test_without_kafka_the_command_says_so(tmp_path: Path) -> None:
    site = Installation(tmp_path, f"127.0.0.1:{free_port()}")
    done = site.command("topics", "check")
    assert done.returncode == 1
    assert "no broker is of use" in done.stderr
    assert "connection refused" in done.stderr
    assert "Traceback" not in done.stderr
