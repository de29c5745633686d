"""Durations and sizes as people write them: `10s`, `5m`, `1.5h`, `20GB`."""

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

_DURATION = re.compile(r"\s*([+-]?[0-9]+(?:\.[0-9]+)?)\s*(ms|s|m|h|d)\s*")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SIZE = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([kKMGT]i?B|B)\s*")
_BYTES = {"B": 1} | {
    prefix + ("iB" if binary else "B"): (1024 if binary else 1000) ** power
    for power, prefixes in enumerate(("kK", "M", "G", "T"), start=1)
    for prefix in prefixes
    for binary in (False, True)
}


def _seconds(value: object) -> object:
    if isinstance(value, str) and (found := _DURATION.fullmatch(value)):
        return float(found[1]) * _SECONDS[found[2]]
    if isinstance(value, str) and not _is_number(value):
        msg = f"{value!r} is no duration; write for example 500ms, 10s, 5m, 1h or 7d"
        raise ValueError(msg)
    return value


def _bytes(value: object) -> object:
    if isinstance(value, str) and (found := _SIZE.fullmatch(value)):
        return int(float(found[1]) * _BYTES[found[2]])
    if isinstance(value, str) and not _is_number(value):
        msg = f"{value!r} is no size; write for example 512MiB, 20GB or 1TB"
        raise ValueError(msg)
    return value


def _is_number(text: str) -> bool:
    return text.strip().lstrip("+-").replace(".", "", 1).isdigit()


Duration = Annotated[float, BeforeValidator(_seconds), Field(ge=0, allow_inf_nan=False)]
"""Seconds; a bare number means seconds."""

Shift = Annotated[float, BeforeValidator(_seconds), Field(allow_inf_nan=False)]
"""Seconds, also negative: `-1.5s`, `2h`."""

Size = Annotated[int, BeforeValidator(_bytes), Field(ge=0)]
"""Bytes; a bare number means bytes."""
