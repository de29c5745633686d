"""The answer to an incident: `clip.completed.v1` data, which is also the annotation file."""

import re
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from schemas.incident import Group, Precision
from schemas.instant import Instant
from schemas.reason import GapCause, Outcome, Reason
from schemas.word import Word


class Method(Word):
    """How the picture got into the clip."""

    CLONE = "clone", "The recorded bytes, sharing their place on disk."
    SPLICE = "splice", "The recorded bytes, copied."
    COPY = "copy", "The recorded frames, copied by ffmpeg."
    TRANSCODE = "transcode", "The recorded frames, encoded again."


class Sound(Word):
    """What became of the sound."""

    NONE = "none", "There is none: nothing was recorded, or nothing that has its place in time."
    COPIED = "copied", "The recorded sound, copied."
    ENCODED = "encoded", "The recorded sound, encoded again."
    PARTIAL = "partial", "The recorded sound, without what says a time at which it cannot be."


def _relative(path: str) -> str:
    if re.match(r"[/\\]|[A-Za-z]:[/\\]", path) or ".." in re.split(r"[/\\]", path):
        msg = f"{path[:80]!r} is not relative to its root"
        raise ValueError(msg)
    return path


RelativePath = Annotated[str, AfterValidator(_relative)]
"""A path below the footage or the output root, with `/`; nothing of the host's layout shows."""


class Said(BaseModel):
    """What we say. Readers skip fields that they do not know: a newer worker may say more."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        serialize_by_alias=True,
        validate_by_name=True,
        validate_by_alias=True,
        json_schema_serialization_defaults_required=True,
    )


class IncidentRef(Said):
    """The incident that the clip answers."""

    id: str = Field(
        description="The producer's id, or one made from the incident's content.",
        examples=["i-4711"],
    )
    type: str | None = Field(default=None, description="As reported.", examples=["intrusion"])
    timestamp: Instant = Field(
        description="When it happened.", examples=["2026-11-24T08:23:45.500000Z"]
    )
    annotations: dict[str, Any] = Field(
        default_factory=dict,
        description="As reported.",
        examples=[{"label": "person", "score": 0.97}],
    )
    group: Group | None = Field(default=None, description="As reported.")
    precision: Precision | None = Field(
        default=None,
        description="As reported; null where it was left out.",
        examples=["exact"],
    )


class Gap(Said):
    """A span of the requested window that the clip does not show."""

    start: Instant = Field(description="First instant missing.", examples=["2026-11-24T08:23:40Z"])
    end: Instant = Field(
        description="First instant shown again.", examples=["2026-11-24T08:23:42Z"]
    )
    cause: GapCause = Field(description="Why.", examples=["not_recorded"])


class Video(Said):
    """The file to download."""

    path: RelativePath = Field(
        description="Relative to the output root.",
        examples=["videos/camera1_20261124_082345_4a4c5a0b-3e0f-5a57-9f0e-0d6f3ad1a001.mp4"],
    )
    download_url: str = Field(
        description="Absolute if `output.base_url` is set, else relative to the service.",
        examples=["/videos/camera1_20261124_082345_4a4c5a0b-3e0f-5a57-9f0e-0d6f3ad1a001.mp4"],
    )
    size_bytes: int = Field(ge=0, description="Of the file.", examples=[11082411])
    sha256: str | None = Field(
        description="Of the file, in hexadecimal; null unless `output.checksum` is sha256.",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    )
    blake3: str | None = Field(
        default=None,
        description="Of the file, in hexadecimal; null unless `output.checksum` is blake3.",
        examples=[None],
    )
    mime_codecs: str | None = Field(
        description="For `video/mp4; codecs=...`.", examples=["avc1.640028,mp4a.40.2"]
    )
    sound: Sound | None = Field(
        default=None,
        description="What became of the sound; null in answers of versions that did not say it.",
        examples=["copied"],
    )
    width: int = Field(ge=0, description="Pixels.", examples=[1920])
    height: int = Field(ge=0, description="Pixels.", examples=[1080])
    lead_in_seconds: float = Field(
        default=0.0,
        description="Hidden at the start of the file, needed to decode its first frame.",
        examples=[0.0],
    )


class Part(Video):
    """One of the files of a clip whose recordings cannot be joined in one."""

    actual_start: Instant = Field(
        description="First instant shown.", examples=["2026-11-24T08:24:21.082000Z"]
    )
    actual_end: Instant = Field(
        description="End of the last frame shown.", examples=["2026-11-24T08:24:24.042000Z"]
    )
    duration_seconds: float = Field(
        ge=0, description="Length of the file as a player shows it.", examples=[2.96]
    )
    incident_offset_seconds: float | None = Field(
        description="Where in the file the incident's instant is; null when it is not shown in it.",
        examples=[1.5],
    )
    method: Method = Field(description="How the picture got into the file.", examples=["splice"])


class FileRef(Said):
    """A published file."""

    path: RelativePath = Field(
        description="Relative to the output root.",
        examples=["annotations/camera1_20261124_082345_4a4c5a0b-3e0f-5a57-9f0e-0d6f3ad1a001.json"],
    )
    url: str = Field(
        description="Absolute if `output.base_url` is set, else relative to the service.",
        examples=["/annotations/camera1_20261124_082345_4a4c5a0b-3e0f-5a57-9f0e-0d6f3ad1a001.json"],
    )


class AnnotationFiles(Said):
    """The same answer in three notations."""

    json_: FileRef = Field(alias="json", description="This object.")
    yaml: FileRef = Field(description="The same data as YAML.")
    txt: FileRef = Field(description="The same for people, to print.")


class SourceClip(Said):
    """A recorded file that the clip was cut from."""

    filename: str = Field(description="Its name.", examples=["camera1_20261124_082345.mp4"])
    file_path: RelativePath = Field(
        description="Relative to the footage root.",
        examples=["camera1/camera1_20261124_082345.mp4"],
    )
    start_time: Instant = Field(
        description="First instant of its video.", examples=["2026-11-24T08:23:45.020000Z"]
    )
    end_time: Instant = Field(
        description="End of its last frame.", examples=["2026-11-24T08:23:50.020000Z"]
    )
    file_size: int = Field(ge=0, description="Bytes.", examples=[10998961])


class MergedIncident(Said):
    """An incident that a video answers."""

    incident_id: str = Field(description="The incident.", examples=["i-4711"])
    clip_id: str = Field(
        description="The clip that answers it.", examples=["4a4c5a0b-3e0f-5a57-9f0e-0d6f3ad1a001"]
    )
    timestamp: Instant = Field(
        description="When it happened.", examples=["2026-11-24T08:23:45.500000Z"]
    )
    offset_seconds: float | None = Field(
        description="Where in the video that is; null when it is not shown.", examples=[15.48]
    )


class Merged(Said):
    """A video that answers several incidents. Each has it under its own name, and may remove it."""

    clip_id: str = Field(
        description="The same for all incidents of the video: the clip id of the first.",
        examples=["4a4c5a0b-3e0f-5a57-9f0e-0d6f3ad1a001"],
    )
    start_offset_seconds: float = Field(
        ge=0, description="Where in the video the requested window begins.", examples=[0.48]
    )
    end_offset_seconds: float = Field(
        ge=0, description="Where in the video the requested window ends.", examples=[20.48]
    )
    incidents: tuple[MergedIncident, ...] = Field(
        min_length=2, description="All of them in order of time, this answer's too."
    )


class ClipCompleted(Said):
    """What became of an incident. Times are UTC; gaps and coverage are about the requested window.

    All times are by the clock that told the incident's; the recorder's own, which its file names
    and its picture show, are `clock_offset_seconds` later.
    """

    clip_id: str = Field(
        description="Always the same for the same incident on the same camera.",
        examples=["4a4c5a0b-3e0f-5a57-9f0e-0d6f3ad1a001"],
    )
    incident: IncidentRef = Field(description="What is answered.")
    camera_id: str = Field(description="The camera.", examples=["camera1"])
    outcome: Outcome = Field(description="How it was answered.", examples=["complete"])
    reason: Reason | None = Field(
        description="Why it is not complete; null when it is.", examples=["not_recorded"]
    )
    revision: int = Field(
        ge=1, description="Counts the answers to one incident; the highest is valid.", examples=[1]
    )
    requested_start: Instant = Field(
        description="Start of the window.", examples=["2026-11-24T08:23:30.500000Z"]
    )
    requested_end: Instant = Field(
        description="End of the window.", examples=["2026-11-24T08:23:50.500000Z"]
    )
    actual_start: Instant | None = Field(
        description="First instant shown; null without a clip.",
        examples=["2026-11-24T08:23:30.020000Z"],
    )
    actual_end: Instant | None = Field(
        description="End of the last frame shown; null without a clip.",
        examples=["2026-11-24T08:23:55.020000Z"],
    )
    precision: Precision = Field(
        description="As cut; without a clip as reported, or segments.", examples=["segments"]
    )
    duration_seconds: float = Field(
        ge=0, description="Length of the clip as a player shows it.", examples=[25.0]
    )
    coverage: float = Field(
        ge=0, le=1, description="Share of the requested window shown.", examples=[1.0]
    )
    gaps: tuple[Gap, ...] = Field(default=(), description="What of the window is not shown.")
    incident_offset_seconds: float | None = Field(
        description="Where in the clip the incident's instant is; null when it is not shown.",
        examples=[15.48],
    )
    video: Video | None = Field(
        description="The clip; null when failed, and when it is in several files: see parts."
    )
    parts: tuple[Part, ...] = Field(
        default=(),
        description="The files of a clip that is in several, in order of time (cut.mismatch: parts); "
        "empty when it is in one. Durations and offsets beside it count them one behind the other.",
    )
    annotation_files: AnnotationFiles = Field(description="Where this answer is kept.")
    poster_url: str | None = Field(
        default=None,
        description="A still picture of the incident, made when first asked for; null when failed.",
        examples=["/posters/camera1_20261124_082345_4a4c5a0b-3e0f-5a57-9f0e-0d6f3ad1a001.jpg"],
    )
    method: Method | None = Field(
        description="How the picture got into the clip; null when failed.", examples=["splice"]
    )
    source_clips: tuple[SourceClip, ...] = Field(
        default=(), description="The recorded files that it was cut from, in order."
    )
    merged: Merged | None = Field(
        default=None,
        description="Who shares the video; null when it answers this incident alone.",
    )
    clock_uncertainty_seconds: float | None = Field(
        default=None,
        ge=0,
        description="How far the times of the recordings may be off; null without a clip.",
        examples=[0.012],
    )
    clock_offset_seconds: float = Field(
        default=0.0,
        description="By how much the recorder's clock is ahead of the one that the times here are "
        "told by (footage.cameras.NAME.offset).",
        examples=[0.0],
    )
    replay_id: str | None = Field(
        default=None,
        description="The replay that this answer was made for; null when none asked for it.",
        examples=["r-3f9c2a1bd04e"],
    )
    reported_at: Instant | None = Field(
        default=None,
        description="When the incident was reported: the time stamp of its first record, the same in "
        "every revision; null in answers of versions that did not say it.",
        examples=["2026-11-24T08:23:46.012000Z"],
    )
    created_at: Instant = Field(
        description="When this answer was made.", examples=["2026-11-24T08:23:56.310000Z"]
    )
    source: str = Field(
        default="MediaMTX", description="What made the recordings.", examples=["MediaMTX"]
    )

    @model_validator(mode="after")
    def _says_what_it_means(self) -> Self:
        """A short clip can never be called complete, nor can a failure carry a clip."""
        complete = self.outcome is Outcome.COMPLETE
        if complete != (self.reason is None) or (complete and (self.gaps or self.coverage < 1)):
            msg = (
                f"outcome {self.outcome} does not go with reason {self.reason}, "
                f"{len(self.gaps)} gaps and coverage {self.coverage}"
            )
            raise ValueError(msg)
        if (self.outcome is Outcome.FAILED) == bool(self.videos):
            msg = f"outcome {self.outcome} {'has no' if self.videos else 'needs a'} video"
            raise ValueError(msg)
        if self.video and self.parts:
            msg = "a clip is in one file or in parts"
            raise ValueError(msg)
        return self

    @property
    def videos(self) -> tuple[Video, ...]:
        """The files of the clip, in order of time; none when failed."""
        return (self.video,) if self.video else self.parts
