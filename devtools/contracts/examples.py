"""One incident and everything that can be said about it, as examples for documents and tests."""

from datetime import UTC, datetime, timedelta

from processors.grouping import whole
from schemas.clip import (
    AnnotationFiles,
    ClipCompleted,
    FileRef,
    Gap,
    IncidentRef,
    Method,
    Part,
    Sound,
    SourceClip,
    Video,
)
from schemas.group import IncidentGroup
from schemas.incident import Group, Incident, Precision
from schemas.reason import DeadLetterReason, GapCause, Outcome, Reason
from schemas.status import ClipStatus, Stage
from topics.codec import Malformed
from topics.names import INCIDENT_REPORTED
from topics.record import Record

CLIP_ID = "4a4c5a0b-3e0f-5a57-9f0e-0d6f3ad1a001"
_STEM = f"camera1_20250829_143015_{CLIP_ID}"
_SEGMENT = 5


def moment(second: float) -> datetime:
    """A second of the minute in which the incident happened."""
    return datetime(2025, 8, 29, 14, 30, tzinfo=UTC) + timedelta(seconds=second)


def short_incident() -> Incident:
    """The least that says enough: naive time, one length."""
    return Incident.model_validate(
        {"camera_id": "camera1", "timestamp": "2025-08-29T14:30:15", "duration": 20}
    )


def full_incident() -> Incident:
    """With everything that can be said."""
    return Incident(
        camera_id="camera1",
        timestamp=moment(15),
        incident_id="i-4711",
        type="intrusion",
        end_timestamp=moment(17.5),
        before=15,
        after=5,
        precision=Precision.EXACT,
        annotations={"label": "person", "score": 0.97, "box": [0.1, 0.2, 0.3, 0.4]},
        group=Group(id="lobby-2025-08-29-1430", size=2),
    )


def complete() -> ClipCompleted:
    """The clip shows the whole window."""
    return ClipCompleted(
        clip_id=CLIP_ID,
        incident=IncidentRef(
            id="i-4711",
            type="intrusion",
            timestamp=moment(15),
            annotations={"label": "person", "score": 0.97},
            group=Group(id="lobby-2025-08-29-1430", size=2),
        ),
        camera_id="camera1",
        outcome=Outcome.COMPLETE,
        reason=None,
        revision=1,
        requested_start=moment(0),
        requested_end=moment(20),
        actual_start=moment(0),
        actual_end=moment(20),
        precision=Precision.SEGMENTS,
        duration_seconds=20.0,
        coverage=1.0,
        incident_offset_seconds=15.0,
        video=_video(),
        annotation_files=_files(),
        method=Method.SPLICE,
        source_clips=tuple(_recording(second) for second in range(0, 20, _SEGMENT)),
        reported_at=moment(15.2),
        created_at=moment(44.008043),
    )


def partial() -> ClipCompleted:
    """The recorder was down for two seconds."""
    return complete().model_copy(
        update={
            "outcome": Outcome.PARTIAL,
            "reason": Reason.NOT_RECORDED,
            "coverage": 0.9,
            "duration_seconds": 18.0,
            "gaps": (Gap(start=moment(8.5), end=moment(10.5), cause=GapCause.RECORDER_DOWN),),
            "incident_offset_seconds": 13.0,
        }
    )


def in_parts() -> ClipCompleted:
    """The camera was set up anew in the middle, and its picture was larger from then on."""
    whole = complete()
    assert whole.video is not None
    common = whole.video.model_dump(exclude={"path", "download_url", "size_bytes"})
    parts = tuple(
        Part(
            **{**common, **size},
            path=f"videos/{_STEM}.{number}.mp4",
            download_url=f"/videos/{_STEM}.{number}.mp4",
            size_bytes=20_000_000 * number,
            actual_start=moment(10 * number - 10),
            actual_end=moment(10 * number),
            duration_seconds=10.0,
            incident_offset_seconds=5.0 if number == 2 else None,
            method=Method.SPLICE,
        )
        for number, size in enumerate(({"width": 1280, "height": 720}, {}), 1)
    )
    return whole.model_copy(update={"video": None, "parts": parts})


def failed() -> ClipCompleted:
    """Nobody recorded this camera."""
    return complete().model_copy(
        update={
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
    )


def waiting() -> ClipStatus:
    """The footage is not there yet."""
    return ClipStatus(
        clip_id=CLIP_ID,
        incident_id="i-4711",
        camera_id="camera1",
        type="intrusion",
        status=Stage.WAITING,
        incident_at=moment(15),
        start_time=moment(0),
        end_time=moment(20),
        created_at=moment(15.2),
        updated_at=moment(15.3),
        waiting_for="camera1 until 14:30:20.0Z, have 14:30:15.0Z",
    )


def done() -> ClipStatus:
    """The clip is there."""
    return waiting().model_copy(
        update={
            "status": Stage.DONE,
            "updated_at": moment(44.1),
            "waiting_for": None,
            "answer": complete(),
        }
    )


def group() -> IncidentGroup:
    """Two cameras saw it; one was not recorded."""
    other = {"camera_id": "camera2", "clip_id": "0b6f2a8e-52a1-5c0e-8d57-3a1c9be0c002"}
    found = whole([complete(), failed().model_copy(update=other)])
    assert found is not None
    return found


def bad_record() -> tuple[Record, Malformed]:
    """A record that can never become an incident, and why."""
    value = b'{"camera_id":"camera1","timestamp":"yesterday"}'
    why = "timestamp = 'yesterday' is no time: write RFC 3339, for example 2026-11-24T08:23:45Z"
    return (
        Record(INCIDENT_REPORTED, 3, 41, b"camera1", value),
        Malformed(DeadLetterReason.INVALID, why),
    )


def _video() -> Video:
    return Video(
        path=f"videos/{_STEM}.mp4",
        download_url=f"/videos/{_STEM}.mp4",
        size_bytes=43_995_844,
        sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        mime_codecs="avc1.640028,mp4a.40.2",
        sound=Sound.COPIED,
        width=1920,
        height=1080,
    )


def _files() -> AnnotationFiles:
    def ref(suffix: str) -> FileRef:
        name = f"annotations/{_STEM}.{suffix}"
        return FileRef(path=name, url=f"/{name}")

    return AnnotationFiles(json_=ref("json"), yaml=ref("yaml"), txt=ref("txt"))


def _recording(second: int) -> SourceClip:
    name = f"camera1_20250829_1430{second:02}.mp4"
    return SourceClip(
        filename=name,
        file_path=f"camera1/{name}",
        start_time=moment(second),
        end_time=moment(second + _SEGMENT),
        file_size=10_998_961,
    )
