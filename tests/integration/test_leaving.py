"""How a real worker leaves: in order, in time, and without taking anything along."""

import asyncio
import contextlib
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from devtools.broker.broker import Broker
from devtools.broker.tansu import TansuBroker
from devtools.installation import Installation
from tests import sites
from tests.sites import Told, listening, report

IMMEDIATELY = 10.0
"""Seconds that nothing here takes, unless it waits for what will not come."""


def test_waiting_incidents_are_left_to_the_next_worker(any_broker: Broker, tmp_path: Path) -> None:
    site = sites.install(tmp_path, any_broker)

    async def scene(told: Told) -> None:
        async def taken() -> bool:
            return bool(first.said("incident.settled")) and await sites.lag(site) == 1

        now = datetime.now(UTC)
        first = stack.enter_context(site.worker("first")).until_ready()
        await report(site, "early", now)
        await report(site, "waits", datetime.now(UTC), after=12)
        await told.until("early")
        await sites.until(taken)
        began = time.monotonic()
        first.terminate()
        assert await asyncio.to_thread(first.wait, IMMEDIATELY) == 0
        assert time.monotonic() - began < IMMEDIATELY
        assert first.said("worker.draining")[0]["unsettled"] == 1
        assert await sites.lag(site) == 1
        second = stack.enter_context(site.worker("second")).until_ready()
        answer = await told.until("waits")
        assert answer["outcome"] == "complete"
        assert told.names.count("early") == told.names.count("waits") == 1
        assert await asyncio.to_thread(second.stop) == 0

    with contextlib.ExitStack() as stack:
        stack.enter_context(site.camera("camera1"))
        listening(site, scene)
    assert [p for p in (site.output / ".staging").rglob("*") if p.is_file()] == []


@pytest.mark.embedded
def test_without_kafka_a_worker_leaves_in_time_with_exit_0(tmp_path: Path) -> None:
    with TansuBroker(tmp_path / "broker") as broker:
        site = sites.install(tmp_path, broker, CLIPS_DRAIN__TIMEOUT="5s")
        with site.worker() as worker:
            worker.until_ready()
            broker.kill()
            began = time.monotonic()
            worker.terminate()
            assert worker.wait(30) == 0
            assert time.monotonic() - began < 5 + IMMEDIATELY


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
def test_a_worker_that_is_still_being_loaded_leaves_with_exit_0(tmp_path: Path) -> None:
    site = Installation(tmp_path, "127.0.0.1:1")
    with site.worker() as worker:
        while not hears_sigterm(worker.pid):
            assert worker.wait(0.01) is None
        worker.terminate()
        assert worker.wait(IMMEDIATELY) == 0
        assert worker.tail() == "", "it had not begun"


def hears_sigterm(pid: int) -> bool:
    """Whether the process has a handler of its own (`SigCgt`: proc(5))."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)


@pytest.mark.embedded
def test_a_second_signal_ends_a_worker_at_once(tmp_path: Path) -> None:
    with TansuBroker(tmp_path / "broker") as broker:
        site = sites.install(tmp_path, broker, CLIPS_DRAIN__TIMEOUT="10m")
        with site.worker() as worker:
            worker.until_ready()
            broker.kill()
            worker.terminate()
            while not worker.said("worker.draining"):
                assert worker.wait(0.1) is None
            worker.terminate()
            assert worker.wait(IMMEDIATELY) == 1
            assert worker.said("worker.forced")


@pytest.mark.embedded
def test_an_idle_worker_says_nothing(tmp_path: Path) -> None:
    with TansuBroker(tmp_path / "broker") as broker:
        site = sites.install(tmp_path, broker)
        with site.worker() as worker:
            worker.until_ready()
            before = len(worker.lines())
            assert worker.wait(5) is None
            assert len(worker.lines()) == before


@pytest.mark.kafka
def test_a_worker_that_the_group_refuses_ends_with_a_reason(
    kafka_broker: Broker, tmp_path: Path
) -> None:
    refused = {"SESSION_TIMEOUT": "1s", "HEARTBEAT_INTERVAL": "200ms", "UNASSIGNED_TIMEOUT": "4s"}
    settings = {f"CLIPS_KAFKA__{name}": value for name, value in refused.items()}
    site = sites.install(tmp_path, kafka_broker, **settings)
    with site.worker() as worker:
        assert worker.wait(sites.SOON) == 1
        assert not worker.ready
        assert "no partition for 4 s" in worker.said("worker.ended")[0]["reason"]
