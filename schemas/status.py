"""Where a clip stands: `clip.status.v1`, compacted, keyed by clip id."""

from pydantic import BaseModel, ConfigDict, Field

from schemas.clip import ClipCompleted
from schemas.instant import Instant
from schemas.word import Word


class Stage(Word):
    """How far a clip is. The order of the members is the order of their happening."""

    PENDING = "pending", "Reported; no worker has looked at it yet."
    WAITING = "waiting", "The footage does not reach the end of the window yet."
    CUTTING = "cutting", "The clip is being cut."
    DONE = "done", "There is a clip, complete or partial."
    FAILED = "failed", "Answered without a clip."
    EXPIRED = "expired", "There was a clip; its retention is over and it was removed."

    @property
    def final(self) -> bool:
        """True when the incident has been answered."""
        return self in (Stage.DONE, Stage.FAILED, Stage.EXPIRED)


class ClipStatus(BaseModel):
    """One change of one clip. Readers keep the newest by (`revision`, stage, `updated_at`)."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", json_schema_serialization_defaults_required=True
    )

    clip_id: str = Field(
        description="The clip, which is also the key of the record.",
        examples=["4a4c5a0b-3e0f-5a57-9f0e-0d6f3ad1a001"],
    )
    incident_id: str = Field(
        description="The producer's id, or one made from the incident's content.",
        examples=["i-4711"],
    )
    camera_id: str = Field(description="The camera.", examples=["camera1"])
    type: str | None = Field(default=None, description="As reported.", examples=["intrusion"])
    status: Stage = Field(description="How far it is.", examples=["waiting"])
    revision: int = Field(
        default=1, ge=1, description="Counts the answers to one incident.", examples=[1]
    )
    incident_at: Instant = Field(
        description="When it happened.", examples=["2026-11-24T08:23:45.500000Z"]
    )
    start_time: Instant = Field(
        description="Start of the requested window.", examples=["2026-11-24T08:23:30.500000Z"]
    )
    end_time: Instant = Field(
        description="End of the requested window.", examples=["2026-11-24T08:23:50.500000Z"]
    )
    created_at: Instant = Field(
        description="When the incident was reported: the time stamp of its first record.",
        examples=["2026-11-24T08:23:46.012000Z"],
    )
    updated_at: Instant = Field(
        description="When this change happened.", examples=["2026-11-24T08:23:46.020000Z"]
    )
    waiting_for: str | None = Field(
        default=None,
        description="In words.",
        examples=["camera1 until 08:23:50.5Z, have 08:23:45.0Z"],
    )
    answer: ClipCompleted | None = Field(default=None, description="Once answered.")
