"""Answers for tests, as small as they can be."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from schemas.clip import AnnotationFiles, ClipCompleted, FileRef, IncidentRef, Method, Part, Video
from schemas.incident import Precision
from schemas.reason import Outcome, Reason

AT = datetime(2026, 11, 24, 8, 23, 45, tzinfo=UTC)


def complete(stem: str, content: bytes, revision: int = 1) -> ClipCompleted:
    """A complete answer whose video has `content`."""
    return ClipCompleted(
        **_common(stem, revision),
        outcome=Outcome.COMPLETE,
        reason=None,
        actual_start=AT - timedelta(seconds=15),
        actual_end=AT + timedelta(seconds=5),
        duration_seconds=20.0,
        coverage=1.0,
        incident_offset_seconds=15.0,
        video=Video(
            path=f"videos/{stem}.mp4",
            download_url=f"/videos/{stem}.mp4",
            size_bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            mime_codecs="avc1.64001f",
            width=640,
            height=360,
        ),
        method=Method.COPY,
    )


def in_parts(stem: str, *contents: bytes, revision: int = 1) -> ClipCompleted:
    """A complete answer whose video is in files of these contents, five seconds each."""
    whole = complete(stem, b"", revision)
    assert whole.video is not None
    assert whole.actual_start is not None
    begin = whole.actual_start
    parts = tuple(
        Part(
            **whole.video.model_dump(exclude={"path", "download_url", "size_bytes", "sha256"}),
            path=f"videos/{stem}.{number}.mp4",
            download_url=f"/videos/{stem}.{number}.mp4",
            size_bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            actual_start=begin + timedelta(seconds=5 * number - 5),
            actual_end=begin + timedelta(seconds=5 * number),
            duration_seconds=5.0,
            incident_offset_seconds=0.0 if number == 4 else None,
            method=Method.SPLICE,
        )
        for number, content in enumerate(contents, 1)
    )
    return whole.model_copy(update={"video": None, "parts": parts})


def failed(stem: str, reason: Reason = Reason.NOT_RECORDED) -> ClipCompleted:
    """A failed answer."""
    return ClipCompleted(
        **_common(stem, 1),
        outcome=Outcome.FAILED,
        reason=reason,
        actual_start=None,
        actual_end=None,
        duration_seconds=0.0,
        coverage=0.0,
        incident_offset_seconds=None,
        video=None,
        method=None,
    )


def _common(stem: str, revision: int) -> dict[str, Any]:
    files = {
        suffix: FileRef(path=f"annotations/{stem}.{suffix}", url=f"/annotations/{stem}.{suffix}")
        for suffix in ("json", "yaml", "txt")
    }
    return {
        "clip_id": str(uuid5(NAMESPACE_URL, stem)),
        "incident": IncidentRef(id="i-1", timestamp=AT),
        "camera_id": "camera1",
        "revision": revision,
        "requested_start": AT - timedelta(seconds=15),
        "requested_end": AT + timedelta(seconds=5),
        "precision": Precision.SEGMENTS,
        "annotation_files": AnnotationFiles(**files),
        "reported_at": AT + timedelta(seconds=1),
        "created_at": AT + timedelta(minutes=1),
    }
