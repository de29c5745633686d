"""What is wrong with which field, in one sentence each, from pydantic's errors."""

from pydantic import BaseModel, ValidationError

_SHOWN = 3
_VALUE = 40


def explain(error: ValidationError, model: type[BaseModel]) -> str:
    """At most three sentences that name field, value (cut short) and an example that works."""
    found = error.errors(include_url=False, include_context=False)
    said = "; ".join(
        _sentence(e["loc"], e["type"], e["msg"], e["input"], model) for e in found[:_SHOWN]
    )
    more = len(found) - _SHOWN
    return f"{said}; and {more} more" if more > 0 else said


def _sentence(
    place: tuple[int | str, ...], kind: str, message: str, value: object, model: type[BaseModel]
) -> str:
    what = message.removeprefix("Value error, ").replace("Input should", "should")
    name = ".".join(str(part)[:_VALUE] for part in place)
    if not name:
        return what
    example = _example(model, str(place[0]))
    if kind == "missing":
        return f"{name} is missing{example}"
    return f"{name} = {_short(value)} {what}{'' if 'for example' in what else example}"


def _example(model: type[BaseModel], name: str) -> str:
    known = model.model_fields.get(name)
    return f" (for example {known.examples[0]!r})" if known and known.examples else ""


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _VALUE else text[:_VALUE] + "..."
