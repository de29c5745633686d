"""What the HTTP interface says besides problems: clips, cameras, health."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from schemas.clip import ClipCompleted, Gap
from schemas.instant import Instant
from schemas.reason import Outcome, Reason
from schemas.status import ClipStatus, Stage

_CLIP = "4a4c5a0b-3e0f-5a57-9f0e-0d6f3ad1a001"
_STEM = f"camera1_20261124_082345_{_CLIP}"


class _Said(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        serialize_by_alias=True,
        validate_by_name=True,
        validate_by_alias=True,
        json_schema_serialization_defaults_required=True,
    )


class ClipAccepted(_Said):
    """The broker has the incident; `GET /clips/{clip_id}` tells what becomes of it."""

    clip_id: str = Field(
        description="Always the same for the same incident on the same camera.", examples=[_CLIP]
    )
    status: Stage = Field(description="How far it is.", examples=["pending"])
    message: str = Field(
        description="For people.", examples=["Clip request submitted successfully"]
    )


class AnnotationUrls(_Said):
    """The annotations of a clip in three notations."""

    json_: str = Field(
        alias="json",
        description="The same data as the completion event.",
        examples=[f"/annotations/{_STEM}.json"],
    )
    yaml: str = Field(description="The same as YAML.", examples=[f"/annotations/{_STEM}.yaml"])
    txt: str = Field(description="For people.", examples=[f"/annotations/{_STEM}.txt"])


class ClipView(_Said):
    """Where a clip stands. Times are UTC."""

    clip_id: str = Field(description="The clip.", examples=[_CLIP])
    status: Stage = Field(description="How far it is.", examples=["done"])
    outcome: Outcome | None = Field(
        description="How it was answered; null until then.", examples=["complete"]
    )
    reason: Reason | None = Field(
        description="Why it is not complete; null when it is.", examples=["not_recorded"]
    )
    camera_id: str = Field(description="The camera.", examples=["camera1"])
    incident_id: str = Field(
        description="The producer's id, or one made from the incident's content.",
        examples=["i-4711"],
    )
    type: str | None = Field(description="As reported.", examples=["intrusion"])
    incident_at: Instant = Field(
        description="When it happened.", examples=["2026-11-24T08:23:45.500000Z"]
    )
    start_time: Instant = Field(
        description="Start of the requested window.", examples=["2026-11-24T08:23:30.500000Z"]
    )
    end_time: Instant = Field(
        description="End of the requested window.", examples=["2026-11-24T08:23:50.500000Z"]
    )
    download_url: str | None = Field(
        description="The clip; null until done, after it has expired, and when it is in parts.",
        examples=[f"/videos/{_STEM}.mp4"],
    )
    poster_url: str | None = Field(
        default=None,
        description="A still picture of the incident, made when first asked for; null without a clip.",
        examples=[f"/posters/{_STEM}.jpg"],
    )
    part_urls: tuple[str, ...] = Field(
        description="The files of a clip that is in several, in order of time.", examples=[[]]
    )
    annotation_urls: AnnotationUrls | None = Field(
        description="What it shows and where it came from; null until answered."
    )
    created_at: Instant = Field(
        description="When the incident was reported.", examples=["2026-11-24T08:23:46.012000Z"]
    )
    completed_at: Instant | None = Field(
        description="When it was answered; null until then.",
        examples=["2026-11-24T08:23:56.310000Z"],
    )
    waiting_for: str | None = Field(
        description="In words; null unless waiting.",
        examples=["camera1 until 08:23:50.5Z, have 08:23:45.0Z"],
    )
    coverage: float | None = Field(
        description="Share of the requested window that the clip shows.", examples=[1.0]
    )
    gaps: tuple[Gap, ...] = Field(description="What of the window is not shown.")
    revision: int = Field(description="Counts the answers to one incident.", examples=[1])

    @classmethod
    def of(cls, status: ClipStatus) -> Self:
        """What HTTP says of a status."""
        answer = status.answer
        there = answer is not None and status.status is not Stage.EXPIRED
        return cls(
            clip_id=status.clip_id,
            status=status.status,
            outcome=answer.outcome if answer else None,
            reason=answer.reason if answer else None,
            camera_id=status.camera_id,
            incident_id=status.incident_id,
            type=status.type,
            incident_at=status.incident_at,
            start_time=status.start_time,
            end_time=status.end_time,
            download_url=answer.video.download_url if there and answer and answer.video else None,
            poster_url=answer.poster_url if there and answer else None,
            part_urls=_part_urls(answer) if there and answer else (),
            annotation_urls=_annotation_urls(answer) if there and answer else None,
            created_at=status.created_at,
            completed_at=answer.created_at if answer else None,
            waiting_for=status.waiting_for if status.status is Stage.WAITING else None,
            coverage=answer.coverage if answer else None,
            gaps=answer.gaps if answer else (),
            revision=status.revision,
        )


def _part_urls(answer: ClipCompleted) -> tuple[str, ...]:
    return tuple(part.download_url for part in answer.parts)


def _annotation_urls(answer: ClipCompleted) -> AnnotationUrls:
    files = answer.annotation_files
    return AnnotationUrls(json_=files.json_.url, yaml=files.yaml.url, txt=files.txt.url)


class ClipList(_Said):
    """One page of clips, newest incident first."""

    clips: tuple[ClipView, ...] = Field(description="The clips of this page.")
    next: str | None = Field(
        description="The address of the next page, also in the Link header; null on the last one.",
        examples=["/clips?camera=camera1&cursor=MTc2NDA"],
    )


class HealthView(_Said):
    """How this worker is."""

    status: str = Field(description="ok, starting, draining or degraded.", examples=["ok"])
    version: str = Field(description="Of this worker.", examples=["0.1.0"])
    checks: dict[str, bool] = Field(
        description="Each thing that must be so, and whether it is.",
        examples=[{"assigned": True, "footage": True, "output": True}],
    )
    facts: dict[str, bool | int | float | str | None] = Field(
        description="What the checks were made of.",
        examples=[{"assigned_partitions": 12, "waiting": 0}],
    )


class Probe(_Said):
    """The answer to a probe."""

    status: str = Field(description="Why.", examples=["ok"])
