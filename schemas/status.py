"""Where a clip stands: `clip.status.v1`, compacted, keyed by clip id."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from schemas.clip import ClipCompleted
from schemas.instant import Instant


class Stage(StrEnum):
    """How far a clip is. The order of the members is the order of their happening."""

    PENDING = "pending"
    """Reported; no worker has looked at it yet."""
    WAITING = "waiting"
    """The footage does not reach the end of the window yet."""
    CUTTING = "cutting"
    DONE = "done"
    """There is a clip, complete or partial."""
    FAILED = "failed"
    EXPIRED = "expired"
    """There was a clip; our retention removed it."""

    @property
    def final(self) -> bool:
        """True when the incident has been answered."""
        return self in (Stage.DONE, Stage.FAILED, Stage.EXPIRED)


class ClipStatus(BaseModel):
    """One change of one clip. Readers keep the newest by (`revision`, stage, `updated_at`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    clip_id: str
    incident_id: str
    camera_id: str
    type: str | None = None
    status: Stage
    revision: int = Field(default=1, ge=1)
    incident_at: Instant
    start_time: Instant = Field(description="Start of the requested window.")
    end_time: Instant = Field(description="End of the requested window.")
    created_at: Instant = Field(description="When a worker first saw the incident.")
    updated_at: Instant
    waiting_for: str | None = Field(
        default=None, description='In words: "camera1 until 14:30:20.0Z, have 14:30:17.4Z".'
    )
    answer: ClipCompleted | None = Field(default=None, description="Once answered.")
