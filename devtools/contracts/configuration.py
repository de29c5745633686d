"""The configuration for people (`config.example.yaml`) and for their editors (a JSON Schema)."""

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from pydantic import BaseModel

from schemas.settings import Settings
from schemas.units import say_bytes, say_seconds

SCHEMA = "docs/config.schema.json"
_HEAD = f"""\
# yaml-language-server: $schema={SCHEMA}
#
# Every setting with its default. Copy this file to config.yaml (or name yours in CLIPS_CONFIG), keep
# what you change and delete the rest. `python faust_app.py config check` says what is wrong.
#
# The environment wins over this file: CLIPS_<SECTION>__<KEY>, for example CLIPS_KAFKA__GROUP.
# Durations are written 500ms, 10s, 5m, 1h or 7d; sizes 256KiB, 20GB or 1TB.
#
# Written by `make contracts` from the models; edit those.
"""
_WIDTH = 100


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the file."""
    schema = Settings.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:incident-clips:config",
        **schema,
        "title": "Configuration of incident-clips",
    }


def example() -> str:
    """The file with every setting at its default, each with a comment."""
    definitions = json_schema()["$defs"]
    return _HEAD + "".join(
        "\n" + _section(name, field.annotation, definitions, "")
        for name, field in Settings.model_fields.items()
    )


def _section(name: str, section: object, definitions: Mapping[str, Any], indent: str) -> str:
    assert isinstance(section, type)
    assert issubclass(section, BaseModel)
    about = (section.__doc__ or "").splitlines()[0]
    return f"{indent}# {about}\n{indent}{name}:\n" + "".join(
        _keys(section, definitions, indent + "  ")
    )


def _keys(section: type[BaseModel], definitions: Mapping[str, Any], indent: str) -> Iterator[str]:
    defaults = section()
    for name, field in section.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield _section(name, inner, definitions, indent)
            continue
        about = definitions[section.__name__]["properties"][name]
        for line in textwrap.wrap(about["description"], _WIDTH - 2 - len(indent)):
            yield f"{indent}# {line}\n"
        yield f"{indent}{name}: {_value(getattr(defaults, name), _unit(about))}\n"


def _unit(about: Mapping[str, Any]) -> str | None:
    for option in (about, *about.get("anyOf", ())):
        if "x-unit" in option:
            return str(option["x-unit"])
    return None


def _value(value: object, unit: str | None) -> str:
    if unit == "seconds" and isinstance(value, float):
        return say_seconds(value)
    if unit == "bytes" and isinstance(value, int):
        return say_bytes(value)
    plain = value if isinstance(value, bool | int | float | dict | None) else str(value)
    return (
        yaml.safe_dump(plain, default_flow_style=True, width=1000).removesuffix("\n...\n").strip()
    )
