"""The example of the proof of concept, answered in every way, with changes."""

from typing import Any, TypeVar

from pydantic import BaseModel

from devtools.contracts import examples
from devtools.contracts.examples import CLIP_ID, moment
from schemas.clip import ClipCompleted
from schemas.status import ClipStatus

__all__ = ["CLIP_ID", "complete", "failed", "moment", "partial", "waiting"]

Model = TypeVar("Model", bound=BaseModel)


def complete(**changes: Any) -> ClipCompleted:
    """Shows the whole window, unless changed."""
    return _changed(examples.complete(), changes)


def partial(**changes: Any) -> ClipCompleted:
    """Two seconds are missing."""
    return _changed(examples.partial(), changes)


def failed(**changes: Any) -> ClipCompleted:
    """Without a clip."""
    return _changed(examples.failed(), changes)


def waiting(**changes: Any) -> ClipStatus:
    """A clip whose footage is not there yet."""
    return _changed(examples.waiting(), changes)


def _changed(example: Model, changes: dict[str, Any]) -> Model:
    return type(example).model_validate(dict(example) | changes)
