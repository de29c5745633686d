"""How a real worker starts: it waits for what may come, and says what is missing."""

import contextlib
from pathlib import Path

import pytest

from devtools.broker.tansu import TansuBroker
from devtools.installation import FOR_TANSU, Installation
from devtools.port import free_port
from tests import sites
from tests.small_disk import filled, small_disk

NOWHERE = {"CLIPS_KAFKA__START_TIMEOUT": "3s"}


def test_without_kafka_a_worker_waits_says_so_once_and_gives_up(tmp_path: Path) -> None:
    site = Installation(tmp_path, f"127.0.0.1:{free_port()}", NOWHERE)
    with site.worker() as worker:
        assert worker.wait(sites.SOON) == 1
        (line,) = worker.said("kafka.waiting")
        assert site.address in line["reason"]
        assert "gave up after 3 s" in worker.tail(1)


def test_a_signal_ends_the_wait_with_exit_0(tmp_path: Path) -> None:
    site = Installation(tmp_path, f"127.0.0.1:{free_port()}")
    with site.worker() as worker:
        while not worker.said("kafka.waiting"):
            assert worker.wait(0.1) is None
        worker.terminate()
        assert worker.wait(sites.SOON) == 0


@pytest.mark.embedded
def test_kafka_that_comes_late_is_waited_for(tmp_path: Path) -> None:
    broker = TansuBroker(tmp_path / "broker")
    site = Installation(tmp_path, broker.address, FOR_TANSU)
    with site.worker() as worker:
        while not worker.said("kafka.waiting"):
            assert worker.wait(0.1) is None
        with broker:
            assert site.command("topics", "create").returncode == 0
            worker.until_ready()
            assert worker.stop() == 0


@pytest.mark.embedded
def test_missing_topics_are_named_with_the_command_that_makes_them(tmp_path: Path) -> None:
    with TansuBroker(tmp_path / "broker") as broker:
        site = Installation(tmp_path, broker.address, {**FOR_TANSU, **NOWHERE})
        with site.worker() as worker:
            assert worker.wait(sites.SOON) == 1
            last = worker.tail(1)
            assert "incident.reported.v1" in last
            assert "topics create" in last


def test_a_setting_that_is_none_is_refused_with_its_name(tmp_path: Path) -> None:
    site = Installation(tmp_path, "127.0.0.1:1", {"CLIPS_KAFKA__SESSION_TIMEOUT": "soon"})
    with site.worker() as worker:
        assert worker.wait(sites.SOON) == 2
        assert "kafka.session_timeout" in worker.tail()


def test_an_output_that_cannot_be_written_is_told_in_a_sentence(tmp_path: Path) -> None:
    site = Installation(tmp_path, "127.0.0.1:1")
    with site.worker(CLIPS_OUTPUT__ROOT=str(tmp_path / "config.yaml" / "output")) as worker:
        assert worker.wait(sites.SOON) == 1
        assert worker.tail(1).startswith("worker: cannot prepare the output folder")
        assert "Traceback" not in worker.tail(100)


@pytest.mark.embedded
def test_a_full_output_keeps_no_worker_from_starting(tmp_path: Path) -> None:
    """Its retention may be what makes room. The list of clips follows when there is some."""
    with small_disk(tmp_path / "disk", 8 << 20) as disk, TansuBroker(tmp_path / "broker") as broker:
        full = {"CLIPS_OUTPUT__ROOT": str(disk / "output"), "CLIPS_RETENTION__MIN_FREE": "0"}
        site = Installation(tmp_path, broker.address, {**FOR_TANSU, **full})
        assert site.command("topics", "create").returncode == 0
        with contextlib.ExitStack() as stack:
            with filled(disk, 0):
                worker = stack.enter_context(site.worker())
                while not worker.said("worker.started"):
                    assert worker.wait(0.1) is None, worker.tail()
                assert "full" in worker.said("statuses.interrupted")[0]["error"]
                assert not worker.ready
            worker.until_ready()
