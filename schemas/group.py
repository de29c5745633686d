"""All clips of one happening: `incident.group.v1`, keyed by the group's id."""

from pydantic import Field

from schemas.clip import Part, RelativePath, Said
from schemas.instant import Instant
from schemas.reason import Outcome, Reason


class GroupClip(Said):
    """What became of the happening on one camera."""

    camera_id: str = Field(description="The camera.", examples=["camera1"])
    incident_id: str = Field(description="The incident that reported it.", examples=["i-4711"])
    clip_id: str = Field(description="The clip.", examples=["4a4c5a0b-3e0f-5a57-9f0e-0d6f3ad1a001"])
    revision: int = Field(
        ge=1, description="Of the answer when the group was complete.", examples=[1]
    )
    outcome: Outcome = Field(description="How it was answered.", examples=["complete"])
    reason: Reason | None = Field(
        description="Why it is not complete; null when it is.", examples=["not_recorded"]
    )
    video_path: RelativePath | None = Field(
        description="Relative to the output root; null when failed, and when in parts.",
        examples=["videos/camera1_20261124_082345_4a4c5a0b-3e0f-5a57-9f0e-0d6f3ad1a001.mp4"],
    )
    download_url: str | None = Field(
        description="Where to download it; null when failed, and when in parts.",
        examples=["/videos/camera1_20261124_082345_4a4c5a0b-3e0f-5a57-9f0e-0d6f3ad1a001.mp4"],
    )
    parts: tuple[Part, ...] = Field(
        default=(), description="Its files, if there are several; as in the answer."
    )
    actual_start: Instant | None = Field(
        description="First instant shown; null without a clip.",
        examples=["2026-11-24T08:23:30.020000Z"],
    )
    actual_end: Instant | None = Field(
        description="End of the last frame shown; null without a clip.",
        examples=["2026-11-24T08:23:55.020000Z"],
    )


class IncidentGroup(Said):
    """A happening that several cameras saw, once as many of them are answered as its size says."""

    group_id: str = Field(
        description="As reported; also the key of the record.", examples=["lobby-2026-11-24-0815"]
    )
    size: int = Field(ge=1, description="How many cameras saw it, as reported.", examples=[2])
    clips: tuple[GroupClip, ...] = Field(description="One a camera, in the order of their names.")
    completed_at: Instant = Field(
        description="When the last of these answers was made.",
        examples=["2026-11-24T08:23:56.310000Z"],
    )
