"""Durations and sizes as people write them: `10s`, `5m`, `1.5h`, `20GB`."""

import re
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

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


def say_seconds(seconds: float) -> str:
    """`seconds` as people write them: in the largest unit of which they are a whole number."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        if seconds and seconds % size == 0:
            return f"{seconds // size:.0f}{unit}"
    millis = seconds * 1000
    if 0 < abs(millis) < 1000 and millis == round(millis):
        return f"{millis:.0f}ms"
    return f"{seconds:.9f}".rstrip("0").rstrip(".") + "s"


def say_bytes(count: int) -> str:
    """`count` bytes as people write them: in the largest unit of which they are a whole number."""
    units = sorted(_BYTES.items(), key=lambda unit: -unit[1])
    names = [(name, size) for name, size in units if name not in {"KB", "kiB"}]
    name, size = next((n, s) for n, s in names if n == "B" or (count and count % s == 0))
    return f"{count // size}{name}"


def _written(unit: str, form: re.Pattern[str]) -> WithJsonSchema:
    text = {"type": "string", "pattern": f"^{form.pattern}$"}
    return WithJsonSchema({"anyOf": [{"type": "number"}, text], "x-unit": unit})


Duration = Annotated[
    float,
    BeforeValidator(_seconds),
    Field(ge=0, allow_inf_nan=False),
    _written("seconds", _DURATION),
]
"""Seconds; a bare number means seconds."""

Shift = Annotated[
    float, BeforeValidator(_seconds), Field(allow_inf_nan=False), _written("seconds", _DURATION)
]
"""Seconds, also negative: `-1.5s`, `2h`."""

Size = Annotated[int, BeforeValidator(_bytes), Field(ge=0), _written("bytes", _SIZE)]
"""Bytes; a bare number means bytes."""
