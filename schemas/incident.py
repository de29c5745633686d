"""The incident that a detector reports: `incident.reported.v1` data and the body of `POST /clips`."""

import math
import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

DEFAULT_BEFORE = 15.0
DEFAULT_AFTER = 5.0
BEFORE_SHARE = 0.75
"""`duration` alone is split 3:1 around the timestamp."""

_CAMERA_PART = re.compile(r"[\w(#][\w ,+@()#=.-]*")
_RFC3339_LIKE = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d([.,]\d+)?)?\s?([Zz]|[+-]\d\d(:?\d\d)?)?"
)


class Precision(StrEnum):
    """Where a clip is cut."""

    SEGMENTS = "segments"
    """At the borders of recorded files: the whole segments that hold the window."""
    EXACT = "exact"
    """At the window's own first and last frame."""


def safe_camera(name: str) -> str:
    """`name` if it can stand in a path below the footage root; raises `ValueError` if not."""
    parts = name.split("/")
    if not all(_CAMERA_PART.fullmatch(part) and part == part.strip() for part in parts):
        msg = (
            f"{name[:80]!r} is no camera name: use letters, digits and _ - . , + @ ( ) # = or space, "
            "with / between folders; no part may be empty or begin with a dot"
        )
        raise ValueError(msg)
    if len(name.encode()) > 160:
        msg = "a camera name has at most 160 bytes"
        raise ValueError(msg)
    return name


def _written_time(value: object) -> object:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _RFC3339_LIKE.fullmatch(value.strip()):
        msg = f"{str(value)[:40]!r} is no time: write RFC 3339, for example 2026-11-24T08:23:45Z"
        raise ValueError(msg)
    return value.strip().replace(",", ".")


def _finite(value: object) -> object:
    """Refuses NaN and infinities anywhere inside carried data: they are not JSON."""
    todo = [value]
    while todo:
        item = todo.pop()
        if isinstance(item, float) and not math.isfinite(item):
            msg = f"holds {item}, which is not JSON; write null or a string"
            raise ValueError(msg)
        if isinstance(item, dict):
            todo.extend(item.values())
        elif isinstance(item, list):
            todo.extend(item)
    return value


CameraId = Annotated[str, AfterValidator(safe_camera)]
"""A camera's name, which is also its folder below the footage root."""

WrittenTime = Annotated[datetime, BeforeValidator(_written_time)]
"""A time as written: aware, or naive and then read in the camera's zone."""

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Carried = Annotated[dict[str, Any], AfterValidator(_finite)]


class Group(BaseModel):
    """The same happening seen by several cameras."""

    model_config = ConfigDict(frozen=True)

    id: Text
    size: int = Field(ge=1, le=1000)


class Incident(BaseModel):
    """What a detector reported. Unknown fields are ignored: producers may say more than we read."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", coerce_numbers_to_str=True, hide_input_in_errors=False
    )

    camera_id: CameraId = Field(description="The camera, as its folder is named.")
    timestamp: WrittenTime = Field(
        description="When it happened. Without an offset it is read in the camera's zone."
    )
    incident_id: Text | None = Field(
        default=None, description="The producer's id; the same id gives the same clip."
    )
    type: Text | None = Field(default=None, description="What happened, in the producer's words.")
    end_timestamp: WrittenTime | None = Field(
        default=None, description="When it ended, where it lasted."
    )
    before: Seconds | None = Field(default=None, description="Seconds wanted before `timestamp`.")
    after: Seconds | None = Field(
        default=None, description="Seconds wanted after `timestamp` (or `end_timestamp`)."
    )
    duration: Seconds | None = Field(
        default=None, description="Seconds in all, split 3:1 around `timestamp`."
    )
    precision: Precision = Field(
        default=Precision.SEGMENTS, description="Cut whole segments, or exactly."
    )
    annotations: Carried = Field(
        default_factory=dict, description="Any object; carried through to the answer."
    )
    group: Group | None = Field(
        default=None, description="Ties the clips of several cameras together."
    )

    @model_validator(mode="after")
    def _one_way_to_say_a_length(self) -> Self:
        if self.duration is not None and (self.before is not None or self.after is not None):
            msg = "duration stands alone: leave it out, or leave out before and after"
            raise ValueError(msg)
        if self.duration == 0:
            msg = "duration must be more than 0 seconds"
            raise ValueError(msg)
        return self

    @property
    def rolls(self) -> tuple[float, float]:
        """Seconds wanted (before the start, after the end)."""
        if self.duration is not None:
            before = self.duration * BEFORE_SHARE
            return before, self.duration - before
        before = DEFAULT_BEFORE if self.before is None else self.before
        after = DEFAULT_AFTER if self.after is None else self.after
        return before, after
