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
    schema = json_schema()
    parts = [_HEAD]
    for name, field in Settings.model_fields.items():
        section = field.annotation
        assert isinstance(section, type)
        assert issubclass(section, BaseModel)
        parts.append(f"\n# {section.__doc__}\n{name}:\n")
        properties = schema["$defs"][section.__name__]["properties"]
        parts += _keys(section, properties)
    return "".join(parts)


def _keys(section: type[BaseModel], properties: Mapping[str, Any]) -> Iterator[str]:
    defaults = section()
    for name in section.model_fields:
        about = properties[name]
        comment = textwrap.wrap(about["description"], _WIDTH - 4)
        yield "".join(f"  # {line}\n" for line in comment)
        yield f"  {name}: {_value(getattr(defaults, name), _unit(about))}\n"


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
