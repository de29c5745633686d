"""Names of recorded files, by MediaMTX's `recordPath` syntax (internal/recordstore/path.go)."""

import re
from datetime import UTC, datetime, timedelta, tzinfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ELEMENT = re.compile(r"%(path|[YmdHMSfzs])")


def file_name(pattern: str, path: str, ntp: int, zone: tzinfo | None) -> str:
    """The name below the root, with extension, of a file that starts at `ntp` nanoseconds.

    Time is written as a clock in `zone` (None: this machine's) shows it, cut to the last digit that the pattern has.
    """
    local = (_EPOCH + timedelta(microseconds=ntp // 1000)).astimezone(zone)
    written = {
        "path": path,
        "Y": f"{local.year:04}",
        "m": f"{local.month:02}",
        "d": f"{local.day:02}",
        "H": f"{local.hour:02}",
        "M": f"{local.minute:02}",
        "S": f"{local.second:02}",
        "f": f"{local.microsecond:06}",
        "z": _offset(local),
        "s": str(ntp // 1_000_000_000),
    }
    return _ELEMENT.sub(lambda found: written[found[1]], pattern) + ".mp4"


def _offset(local: datetime) -> str:
    minutes = int((local.utcoffset() or timedelta()).total_seconds()) // 60
    if minutes == 0:
        return "Z"
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}{rest:02}"
