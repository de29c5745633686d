"""What is wrong with a configuration: one line a fault, with its place, its value and the fix."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from schemas.kafka_security import shown
from schemas.settings import FAUST_PREFIX, OTHER_VARIABLES, Settings

_SHOWN = 60


def describe(error: ValidationError) -> list[str]:
    """One line a fault."""
    return [_line(fault) for fault in error.errors(include_url=False, include_context=False)]


def strangers(names: Iterable[str]) -> list[str]:
    """A line for each environment variable that looks like a setting of ours, but is none."""
    return [
        f"{name} is no setting{_meant(_path(name), _known())}"
        for name in sorted(names)
        if name.startswith("CLIPS_")
        and name not in OTHER_VARIABLES
        and not name.startswith(FAUST_PREFIX)
        and not _is_setting(_path(name))
    ]


def _line(fault: ErrorDetails) -> str:
    place = ".".join(str(part) for part in fault["loc"] if not _is_branch(part))
    if fault["type"] == "extra_forbidden":
        return f"{place} is no setting{_meant(place, _known())}"
    message = fault["msg"].removeprefix("Value error, ").replace("Input should", "should")
    if isinstance(fault["input"], dict):
        return message if place in message else f"{place}: {message}"
    return f"{place} = {_short(shown(fault['loc'], fault['input']))}: {message}"


def _is_branch(part: int | str) -> bool:
    """Whether this is pydantic's name for one of several types, and no key of anybody's."""
    return isinstance(part, str) and ("[" in part or part in {"str", "float", "int"})


def _short(value: object) -> str:
    text = "(hidden)" if isinstance(value, SecretStr) else repr(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."


def _path(variable: str) -> str:
    return variable.removeprefix("CLIPS_").lower().replace("__", ".")


def _is_setting(path: str) -> bool:
    """Whether a key is known, or lies below one that holds names of the user's own."""
    return any(path == known or path.startswith(f"{known}.") for known in _known())


def _meant(path: str, known: Iterable[str]) -> str:
    close = get_close_matches(path, list(known), n=1, cutoff=0.75)
    return f": did you mean {close[0]}?" if close else "; `config show` lists them all"


def _known() -> list[str]:
    return [*Settings.model_fields, *_keys(Settings)]


def _keys(model: type[BaseModel], above: str = "") -> list[str]:
    found = []
    for name, field in model.model_fields.items():
        inner: Any = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            found += _keys(inner, f"{above}{name}.")
        else:
            found.append(f"{above}{name}")
    return found
