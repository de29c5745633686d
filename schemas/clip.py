"""The answer to an incident: `clip.completed.v1` data, which is also the annotation file."""

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from schemas.incident import Group, Precision
from schemas.instant import Instant
from schemas.reason import GapCause, Outcome, Reason


class Method(StrEnum):
    """How the picture got into the clip."""

    CLONE = "clone"
    SPLICE = "splice"
    COPY = "copy"
    TRANSCODE = "transcode"


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class IncidentRef(_Said):
    """The incident that the clip answers."""

    id: str
    type: str | None = None
    timestamp: Instant
    annotations: dict[str, Any] = Field(default_factory=dict)
    group: Group | None = None


class Gap(_Said):
    """A span of the requested window that the clip does not show."""

    start: Instant
    end: Instant
    cause: GapCause


class Video(_Said):
    """The file to download."""

    path: str = Field(description="Relative to the output root.")
    download_url: str
    size_bytes: int
    sha256: str | None
    mime_codecs: str | None = Field(description="For `video/mp4; codecs=...`.")
    width: int
    height: int
    lead_in_seconds: float = Field(
        default=0.0,
        description="Hidden at the start of the file, needed to decode its first frame.",
    )


class FileRef(_Said):
    """A published sidecar file."""

    path: str
    url: str


class AnnotationFiles(_Said):
    """The same answer in three notations."""

    json_: FileRef = Field(alias="json", serialization_alias="json")
    yaml: FileRef
    txt: FileRef


class SourceClip(_Said):
    """A recorded file that the clip was cut from."""

    filename: str
    file_path: str = Field(description="Relative to the footage root.")
    start_time: Instant
    end_time: Instant
    file_size: int


class ClipCompleted(_Said):
    """What became of an incident. Times are UTC; `gaps` and `coverage` are about the requested window."""

    clip_id: str
    incident: IncidentRef
    camera_id: str
    outcome: Outcome
    reason: Reason | None = Field(description="Null when complete.")
    revision: int = Field(ge=1)
    requested_start: Instant
    requested_end: Instant
    actual_start: Instant | None = Field(description="First instant shown; null without a clip.")
    actual_end: Instant | None = Field(description="End of the last frame shown.")
    precision: Precision = Field(description="As cut.")
    duration_seconds: float = Field(description="Length of the clip as a player shows it.")
    coverage: float = Field(ge=0, le=1, description="Share of the requested window shown.")
    gaps: tuple[Gap, ...] = ()
    incident_offset_seconds: float | None = Field(
        description="Where in the clip the incident's instant is; null when the clip does not show it."
    )
    video: Video | None
    annotation_files: AnnotationFiles
    poster_url: str | None = None
    method: Method | None
    source_clips: tuple[SourceClip, ...] = ()
    created_at: Instant
    source: str = "MediaMTX"
