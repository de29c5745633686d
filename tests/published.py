"""What consumers may rely on: the published schemas, today's and every earlier one."""

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "tests/contracts/corpus"
RELEASED = ROOT / "tests/contracts/released"


def schema(topic: str) -> dict[str, Any]:
    """The published schema of a topic's data."""
    loaded: dict[str, Any] = json.loads((ROOT / f"schemas/published/{topic}.json").read_text())
    return loaded


def problems(topic: str, value: bytes) -> list[str]:
    """What is wrong with `value` by any schema ever published for `topic`."""
    every = [schema(topic)]
    every += [json.loads(path.read_text()) for path in sorted(RELEASED.glob(f"*/{topic}.json"))]
    return [
        f"{error.json_path}: {error.message}"
        for one in every
        for error in Draft202012Validator(one).iter_errors(json.loads(value))
    ]
