"""The example of the proof of concept, answered in every way."""

from datetime import UTC, datetime
from typing import Any

from schemas.clip import (
    AnnotationFiles,
    ClipCompleted,
    FileRef,
    Gap,
    IncidentRef,
    Method,
    SourceClip,
    Video,
)
from schemas.incident import Group, Precision
from schemas.reason import GapCause, Outcome, Reason
from schemas.status import ClipStatus, Stage

CLIP_ID = "4a4c5a0b-3e0f-5a57-9f0e-0d6f3ad1a001"
STEM = f"camera1_20250829_143015_{CLIP_ID}"


def moment(second: float) -> datetime:
    """Of the minute in which the incident happened."""
    whole = int(second)
    return datetime(2025, 8, 29, 14, 30, whole, round((second - whole) * 1e6), tzinfo=UTC)


def complete(**changes: Any) -> ClipCompleted:
    """The seed's example, answered."""
    fields: dict[str, Any] = {
        "clip_id": CLIP_ID,
        "incident": IncidentRef(
            id="i-4711",
            type="intrusion",
            timestamp=moment(15),
            annotations={"label": "person", "score": 0.97},
            group=Group(id="lobby", size=2),
        ),
        "camera_id": "camera1",
        "outcome": Outcome.COMPLETE,
        "reason": None,
        "revision": 1,
        "requested_start": moment(0),
        "requested_end": moment(20),
        "actual_start": moment(0),
        "actual_end": moment(20),
        "precision": Precision.SEGMENTS,
        "duration_seconds": 20.0,
        "coverage": 1.0,
        "incident_offset_seconds": 15.0,
        "video": Video(
            path=f"videos/{STEM}.mp4",
            download_url=f"/videos/{STEM}.mp4",
            size_bytes=43_995_844,
            sha256="9f" * 32,
            mime_codecs="avc1.640028,mp4a.40.2",
            width=1920,
            height=1080,
        ),
        "annotation_files": AnnotationFiles(
            **{
                kind: FileRef(path=f"annotations/{STEM}.{kind}", url=f"/annotations/{STEM}.{kind}")
                for kind in ("json", "yaml", "txt")
            }
        ),
        "method": Method.SPLICE,
        "source_clips": tuple(
            SourceClip(
                filename=f"camera1_20250829_1430{second:02}.mp4",
                file_path=f"camera1/camera1_20250829_1430{second:02}.mp4",
                start_time=moment(second),
                end_time=moment(second + 5),
                file_size=10_998_961,
            )
            for second in (0, 5, 10, 15)
        ),
        "created_at": moment(44.008043),
    }
    return ClipCompleted(**(fields | changes))


def partial(**changes: Any) -> ClipCompleted:
    """With two seconds missing."""
    fields: dict[str, Any] = {
        "outcome": Outcome.PARTIAL,
        "reason": Reason.NOT_RECORDED,
        "coverage": 0.9,
        "duration_seconds": 18.0,
        "gaps": (Gap(start=moment(8.5), end=moment(10.5), cause=GapCause.RECORDER_DOWN),),
        "incident_offset_seconds": 13.0,
    }
    return complete(**(fields | changes))


def failed(**changes: Any) -> ClipCompleted:
    """Without a clip."""
    fields: dict[str, Any] = {
        "outcome": Outcome.FAILED,
        "reason": Reason.UNKNOWN_CAMERA,
        "coverage": 0.0,
        "duration_seconds": 0.0,
        "actual_start": None,
        "actual_end": None,
        "gaps": (Gap(start=moment(0), end=moment(20), cause=GapCause.NOT_RECORDED),),
        "incident_offset_seconds": None,
        "video": None,
        "method": None,
        "source_clips": (),
    }
    return complete(**(fields | changes))


def waiting(**changes: Any) -> ClipStatus:
    """A clip whose footage is not there yet."""
    fields: dict[str, Any] = {
        "clip_id": CLIP_ID,
        "incident_id": "i-4711",
        "camera_id": "camera1",
        "type": "intrusion",
        "status": Stage.WAITING,
        "incident_at": moment(15),
        "start_time": moment(0),
        "end_time": moment(20),
        "created_at": moment(15.2),
        "updated_at": moment(15.3),
        "waiting_for": "camera1 until 14:30:20.0Z, have 14:30:15.0Z",
    }
    return ClipStatus(**(fields | changes))
