"""Log lines: JSON for machines, readable for people, and no flood from libraries."""

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator

import pytest
import structlog

from schemas.settings import Log, LogFormat
from streams import logs
from streams.logs import Throttle


@pytest.fixture
def written(
    logged: object, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[LogFormat], io.StringIO]]:
    """Configure logging for this process, and afterwards as it was."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level

    def configure(form: LogFormat) -> io.StringIO:
        out = io.StringIO()
        monkeypatch.setattr(sys, "stderr", out)
        logs.configure(Log(format=form))
        return out

    yield configure
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()
    for name in ("aiokafka", "faust", "mode"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def lines(out: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_line_is_one_json_object(written: Callable[[LogFormat], io.StringIO]) -> None:
    out = written(LogFormat.JSON)
    structlog.get_logger("streams.announcer").info("incident.settled", clip_id="c", waited_s=1.5)

    (line,) = lines(out)
    assert line["event"] == "incident.settled"
    assert (line["clip_id"], line["waited_s"], line["level"]) == ("c", 1.5, "info")
    assert line["logger"] == "streams.announcer"
    assert str(line["timestamp"]).endswith("Z")


def test_a_traceback_stays_in_its_line(written: Callable[[LogFormat], io.StringIO]) -> None:
    out = written(LogFormat.JSON)
    try:
        int("no number")
    except ValueError:
        structlog.get_logger().exception("clip.fault")

    (line,) = lines(out)
    assert "ValueError: invalid literal" in str(line["exception"])


def test_libraries_log_in_the_same_form(written: Callable[[LogFormat], io.StringIO]) -> None:
    out = written(LogFormat.JSON)
    logging.getLogger("aiokafka").warning("connection to %s lost", "broker")

    (line,) = lines(out)
    assert (line["event"], line["logger"]) == ("connection to broker lost", "aiokafka")


def test_libraries_are_quiet_below_a_warning(written: Callable[[LogFormat], io.StringIO]) -> None:
    out = written(LogFormat.JSON)
    logging.getLogger("faust").info("chatter")
    assert out.getvalue() == ""


def test_people_get_a_readable_line(written: Callable[[LogFormat], io.StringIO]) -> None:
    out = written(LogFormat.HUMAN)
    structlog.get_logger().info("worker.started", group="g")
    assert "worker.started" in out.getvalue()
    assert "group=g" in out.getvalue()


def test_without_a_terminal_auto_is_json(written: Callable[[LogFormat], io.StringIO]) -> None:
    out = written(LogFormat.AUTO)
    structlog.get_logger().info("worker.started")
    assert lines(out)[0]["event"] == "worker.started"


def test_a_flood_of_one_message_is_held_back_and_counted(
    written: Callable[[LogFormat], io.StringIO],
) -> None:
    out = written(LogFormat.JSON)
    for _ in range(75):
        logging.getLogger("aiokafka.conn").error("cannot reach broker")
    assert len(lines(out)) == 1


def test_our_own_lines_are_never_held_back(written: Callable[[LogFormat], io.StringIO]) -> None:
    out = written(LogFormat.JSON)
    for _ in range(5):
        structlog.get_logger("streams.publisher").warning("kafka.send_failed")
    assert len(lines(out)) == 5


def test_a_throttle_lets_one_pass_in_a_while_and_says_how_many_it_kept() -> None:
    throttle = Throttle(5)
    passed = [record for n in range(12) if throttle.filter(record := said(at=n))]
    assert [(r.created, r.getMessage()) for r in passed] == [
        (0, "again"),
        (5, "again (and 4 more like it)"),
        (10, "again (and 4 more like it)"),
    ]


def test_a_throttle_tells_places_apart() -> None:
    throttle = Throttle(5)
    assert throttle.filter(said(at=0, line=1))
    assert throttle.filter(said(at=0, line=2))


def said(at: float, line: int = 1) -> logging.LogRecord:
    record = logging.LogRecord("aiokafka", logging.ERROR, "conn.py", line, "again", (), None)
    record.created = at
    return record
