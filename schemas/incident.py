"""The incident that a detector reports: `incident.reported.v1` data and the body of `POST /clips`."""

import re
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

from schemas.camera import CameraId
from schemas.carried import carriable
from schemas.instant import WrittenTime
from schemas.word import Word

DEFAULT_BEFORE = 15.0
DEFAULT_AFTER = 5.0
BEFORE_SHARE = 0.75
"""`duration` alone is split 3:1 around the timestamp."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class Precision(Word):
    """Where a clip is cut."""

    SEGMENTS = (
        "segments",
        "At the borders of recorded files: the whole segments that hold the window.",
    )
    EXACT = "exact", "At the window's own first and last frame."


def _number(value: object) -> object:
    if isinstance(value, bool):
        msg = "must be a number, not true or false"
        raise ValueError(msg)  # noqa: TRY004  (pydantic collects ValueError only)
    return value


def _one_line(text: str) -> str:
    if _CONTROL.search(text):
        msg = "must be one line without control characters"
        raise ValueError(msg)
    return text


Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False), BeforeValidator(_number)]
"""A length; `inf` and NaN are none."""

SomeSeconds = Annotated[float, Field(gt=0, allow_inf_nan=False), BeforeValidator(_number)]
"""A length that is not nothing."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=256), AfterValidator(_one_line)]
"""An id or a name: it ends up in headers, file metadata and a court's paper."""

Annotations = Annotated[dict[str, Any], AfterValidator(carriable)]


class _Read(BaseModel):
    """What comes from outside: null and "" mean absent, unknown fields are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)

    @model_validator(mode="before")
    @classmethod
    def _absent(cls, data: object) -> object:
        if not isinstance(data, dict):
            return data
        return {name: value for name, value in data.items() if value is not None and value != ""}


class Group(_Read):
    """The same happening seen by several cameras."""

    id: Text = Field(
        description="One for all cameras that saw it.", examples=["lobby-2026-11-24-0815"]
    )
    size: Annotated[int, Field(ge=1, le=1000), BeforeValidator(_number)] = Field(
        description="How many cameras saw it, so how many clips belong together.", examples=[3]
    )


# In words of JSON Schema: a duration stands alone.
_DURATION_ALONE: dict[str, Any] = {
    "if": {"properties": {"duration": {"type": "number"}}, "required": ["duration"]},
    "then": {"properties": {"before": {"type": "null"}, "after": {"type": "null"}}},
}


class Incident(_Read):
    """What a detector reported. Unknown fields are ignored: producers may say more than we read."""

    model_config = ConfigDict(json_schema_extra=_DURATION_ALONE)

    camera_id: CameraId = Field(
        description="The camera, as its folder below the footage root is named.",
        examples=["camera1", "site/gate"],
    )
    timestamp: WrittenTime = Field(
        description="When it happened. Without an offset it is read in the camera's zone.",
        examples=["2026-11-24T08:23:45.500Z", "2025-08-29T14:30:15"],
    )
    incident_id: Text | None = Field(
        default=None,
        description="The producer's id; the same id (and camera) always gives the same clip.",
        examples=["i-4711"],
    )
    type: Text | None = Field(
        default=None, description="What happened, in the producer's words.", examples=["intrusion"]
    )
    end_timestamp: WrittenTime | None = Field(
        default=None,
        description="When it ended, where it lasted.",
        examples=["2026-11-24T08:23:52Z"],
    )
    before: Seconds | None = Field(
        default=None, description="Seconds wanted before `timestamp`.", examples=[15]
    )
    after: Seconds | None = Field(
        default=None,
        description="Seconds wanted after `timestamp`, or after `end_timestamp` where it is given.",
        examples=[5],
    )
    duration: SomeSeconds | None = Field(
        default=None,
        description="Instead of `before` and `after`: three quarters of it before, a quarter after.",
        examples=[20],
    )
    precision: Precision | None = Field(
        default=None,
        description="Cut whole segments, or exactly. Left out: exactly where a recorded file of the window "
        "is longer than `cut.exact_above`, else whole segments.",
        examples=["segments"],
    )
    annotations: Annotations = Field(
        default_factory=dict,
        description="Any object, at most 64 levels deep; carried through to the answer.",
        examples=[{"label": "person", "score": 0.97}],
    )
    group: Group | None = Field(
        default=None, description="Ties the clips of several cameras together."
    )

    @model_validator(mode="after")
    def _one_way_to_say_a_length(self) -> Self:
        if self.duration is not None and (self.before is not None or self.after is not None):
            msg = "duration stands alone: leave it out, or leave out before and after"
            raise ValueError(msg)
        if self.end_timestamp is None and sum(self.rolls) == 0:
            msg = (
                "before and after are both 0, which is an empty window: ask for more than 0 seconds"
            )
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
