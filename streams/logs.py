"""Log lines: human on a terminal, one JSON object a line elsewhere, always on stderr.

Silent when idle. A settled incident is one canonical line, `incident.settled`. Libraries that repeat
themselves while Kafka is away (aiokafka: 75 lines a second) are held to one line in five seconds.
"""

import logging
import logging.config
import sys
import time
from typing import Any

import orjson
import structlog

from schemas.settings import Log, LogFormat

_NOISY = ("aiokafka", "faust", "mode")
_REPEAT_SECONDS = 5.0


class Throttle(logging.Filter):
    """Lets one message per logger and call site pass in a while; says how many it swallowed."""

    def __init__(self, seconds: float = _REPEAT_SECONDS) -> None:
        super().__init__()
        self._seconds = seconds
        self._seen: dict[tuple[str, int], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """True if the record may be written."""
        key = (record.pathname, record.lineno)
        last, swallowed = self._seen.get(key, (-self._seconds, 0))
        if record.created - last < self._seconds:
            self._seen[key] = (last, swallowed + 1)
            return False
        self._seen[key] = (record.created, 0)
        if swallowed:
            record.msg = f"{record.getMessage()} (and {swallowed} more like it)"
            record.args = ()
        return True


def configure(settings: Log) -> None:
    """Set up logging for this process."""
    human = settings.format is LogFormat.HUMAN or (
        settings.format is LogFormat.AUTO and sys.stderr.isatty()
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="timestamp"),
        structlog.processors.format_exc_info,
    ]
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if human
        else structlog.processors.JSONRenderer(serializer=_dumps)
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.level.upper())
    throttle = Throttle()
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    handler.addFilter(lambda record: not _is_noisy(record) or throttle.filter(record))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.Formatter.converter = time.gmtime


def _is_noisy(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in _NOISY


def _dumps(event: object, **_: Any) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
