"""What producers give us to carry through: any JSON object, so that our answer is JSON again."""

import math

MAX_DEPTH = 64
"""Levels; JSON readers stop at some hundreds, and an answer wraps what it carries in a few more."""


def carriable(value: dict[str, object]) -> dict[str, object]:
    """`value` if it can be written as JSON again; raises `ValueError` if not."""
    level: list[object] = [value]
    for _ in range(MAX_DEPTH):
        level = [child for item in level for child in _children(item)]
        if not level:
            return value
    msg = f"nests deeper than {MAX_DEPTH} levels; flatten it, or write the inner part as a string"
    raise ValueError(msg)


def _children(item: object) -> list[object]:
    if isinstance(item, dict):
        return list(item.values())
    if isinstance(item, list):
        return item
    if isinstance(item, float) and not math.isfinite(item):
        msg = f"holds {item}, which is not JSON; write null or a string"
        raise ValueError(msg)
    return []
