"""Builds the answer to an incident from what was planned and what was cut. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from processors import identity
from processors.cutting.plan import CutPlan, CutResult, Piece
from processors.footage import coverage
from processors.identity import video_files
from processors.request import ClipRequest
from processors.span import Span
from schemas.clip import (
    AnnotationFiles,
    ClipCompleted,
    FileRef,
    Gap,
    IncidentRef,
    Merged,
    MergedIncident,
    Part,
    SourceClip,
    Video,
)
from schemas.incident import Precision
from schemas.instant import NANOS, from_ns
from schemas.reason import GapCause, Outcome, Reason

SUFFIXES = ("json", "yaml", "txt")
_WHY = {
    GapCause.NOT_RECORDED: Reason.NOT_RECORDED,
    GapCause.RECORDER_DOWN: Reason.NOT_RECORDED,
    GapCause.UNREADABLE: Reason.UNREADABLE,
    GapCause.MISMATCH: Reason.MISMATCH,
    GapCause.EXPIRED: Reason.EXPIRED,
    GapCause.NOT_YET: Reason.NOT_YET,
}


class Answers:
    """Makes answers whose addresses begin with `base_url` (empty: relative to this server)."""

    def __init__(self, base_url: str = "") -> None:
        self._base = base_url.rstrip("/")

    def shown(
        self,
        request: ClipRequest,
        plan: CutPlan,
        result: CutResult,
        now: int,
        revision: int = 1,
        *,
        sharing: Sequence[ClipRequest] = (),
    ) -> ClipCompleted:
        """The answer with a clip: complete, or partial with its gaps.

        `sharing`: all incidents that the clip answers, where it is more than one.
        """
        stem = stem_of(request)
        gaps = gaps_of(plan, request.window)
        reason = _reason(gaps)
        return ClipCompleted(
            **self._common(request, now, revision),
            outcome=Outcome.COMPLETE if reason is None else Outcome.PARTIAL,
            reason=reason,
            actual_start=_told(request, result.span.start),
            actual_end=_told(request, result.span.end),
            precision=result.precision,
            duration_seconds=round(result.duration / NANOS, 6),
            coverage=round(share_of(plan, request.window), 6),
            gaps=_gaps(request, gaps),
            incident_offset_seconds=_offset(plan, result, request.recorded_at),
            video=None if result.parts else Video(**self._video(f"{stem}.mp4", result)),
            parts=self._parts(request, plan, result),
            poster_url=self._url("posters", f"{stem}.jpg"),
            method=result.method,
            source_clips=tuple(_source(request, piece) for piece in plan.pieces),
            clock_uncertainty_seconds=round(_uncertainty(plan) / NANOS, 6),
            merged=_merged(request, plan, result, sharing) if sharing else None,
        )

    def failed(
        self,
        request: ClipRequest,
        reason: Reason,
        now: int,
        gaps: tuple[coverage.Gap, ...] = (),
    ) -> ClipCompleted:
        """The answer without a clip. Without `gaps`, and if footage is the matter, all is one gap."""
        return ClipCompleted(
            **self._common(request, now, revision=1),
            outcome=Outcome.FAILED,
            reason=reason,
            actual_start=None,
            actual_end=None,
            precision=request.precision or Precision.SEGMENTS,
            duration_seconds=0.0,
            coverage=0.0,
            gaps=_gaps(request, gaps or _whole_window(request, reason)),
            incident_offset_seconds=None,
            video=None,
            method=None,
        )

    def why_nothing(self, gaps: Iterable[coverage.Gap], *, known: bool) -> Reason:
        """The reason when no part of the window can be shown."""
        if not known:
            return Reason.UNKNOWN_CAMERA
        return _reason(gaps) or Reason.NOT_RECORDED

    def _common(self, request: ClipRequest, now: int, revision: int) -> dict[str, object]:
        stem = stem_of(request)
        files = {
            suffix: FileRef(
                path=f"annotations/{stem}.{suffix}",
                url=self._url("annotations", f"{stem}.{suffix}"),
            )
            for suffix in SUFFIXES
        }
        return {
            "clip_id": request.clip_id,
            "incident": IncidentRef(
                id=request.incident_id,
                type=request.type,
                timestamp=from_ns(request.at),
                annotations=request.annotations,
                group=request.group,
                precision=request.precision,
            ),
            "camera_id": request.camera,
            "revision": revision,
            "replay_id": request.envelope.replay_id,
            "requested_start": _told(request, request.window.start),
            "requested_end": _told(request, request.window.end),
            "annotation_files": AnnotationFiles(**files),
            "clock_offset_seconds": round(request.clock_offset / NANOS, 6),
            "reported_at": from_ns(request.reported_at),
            "created_at": from_ns(now),
        }

    def _video(self, name: str, result: CutResult) -> dict[str, Any]:
        return {
            "path": f"videos/{name}",
            "download_url": self._url("videos", name),
            "size_bytes": result.size,
            "sha256": result.sha256,
            "blake3": result.blake3,
            "mime_codecs": result.mime_codecs,
            "sound": result.sound,
            "width": result.width,
            "height": result.height,
            "lead_in_seconds": round(result.lead_in / NANOS, 6),
        }

    def _parts(self, request: ClipRequest, plan: CutPlan, result: CutResult) -> tuple[Part, ...]:
        files = video_files(PurePosixPath(f"{stem_of(request)}.mp4"), len(result.parts))
        return tuple(
            Part(
                **self._video(file.name, part),
                actual_start=_told(request, part.span.start),
                actual_end=_told(request, part.span.end),
                duration_seconds=round(part.duration / NANOS, 6),
                incident_offset_seconds=_offset(plan, part, request.recorded_at),
                method=part.method,
            )
            for file, part in zip(files, result.parts, strict=False)
        )

    def _url(self, folder: str, name: str) -> str:
        return f"{self._base}/{folder}/{quote(name)}"


_CAUSE = {
    Reason.UNKNOWN_CAMERA: GapCause.NOT_RECORDED,
    Reason.NOT_RECORDED: GapCause.NOT_RECORDED,
    Reason.UNREADABLE: GapCause.UNREADABLE,
    Reason.EXPIRED: GapCause.EXPIRED,
    Reason.MISMATCH: GapCause.MISMATCH,
    Reason.NOT_YET: GapCause.NOT_YET,
    Reason.IN_FUTURE: GapCause.NOT_YET,
}


def stem_of(request: ClipRequest) -> str:
    """File stem of the request's clip."""
    return identity.file_stem(request.camera, request.at, request.clip_id)


def gaps_of(plan: CutPlan, window: Span) -> tuple[coverage.Gap, ...]:
    """What of `window`, which may be a part of what was planned, the clip will not show."""
    cut = ((gap.span.overlap(window), gap.cause) for gap in plan.gaps)
    return tuple(coverage.Gap(span, cause) for span, cause in cut if span)


def share_of(plan: CutPlan, window: Span) -> float:
    """How much of `window` the clip will show, 0 to 1."""
    if window == plan.window:
        return plan.share
    missing = sum(gap.span.length for gap in gaps_of(plan, window))
    return 1 - missing / window.length


def _offset(plan: CutPlan, result: CutResult, instant: int) -> float | None:
    """Seconds into the clip of an instant; None where it is not shown."""
    shown = result.span.contains(instant) and plan.shows(instant)
    return round(result.place(instant) / NANOS, 6) if shown else None


def _merged(
    request: ClipRequest, plan: CutPlan, result: CutResult, sharing: Sequence[ClipRequest]
) -> Merged:
    ordered = sorted(sharing, key=lambda one: (one.at, one.clip_id))
    return Merged(
        clip_id=ordered[0].clip_id,
        start_offset_seconds=round(result.place(request.window.start) / NANOS, 6),
        end_offset_seconds=round(result.place(request.window.end) / NANOS, 6),
        incidents=tuple(
            MergedIncident(
                incident_id=one.incident_id,
                clip_id=one.clip_id,
                timestamp=from_ns(one.at),
                offset_seconds=_offset(plan, result, one.recorded_at),
            )
            for one in ordered
        ),
    )


def _whole_window(request: ClipRequest, reason: Reason) -> tuple[coverage.Gap, ...]:
    cause = _CAUSE.get(reason)
    return () if cause is None else (coverage.Gap(request.window, cause),)


def _reason(gaps: Iterable[coverage.Gap]) -> Reason | None:
    """What the longest gap says; None where there is none."""
    longest = max(gaps, key=lambda gap: gap.span.length, default=None)
    return None if longest is None else _WHY[longest.cause]


def _told(request: ClipRequest, instant: int) -> datetime:
    """Every time of an answer is told by the clock that told the incident's."""
    return from_ns(request.told(instant))


def _uncertainty(plan: CutPlan) -> int:
    return max(piece.segment.uncertainty for piece in plan.pieces)


def _gaps(request: ClipRequest, gaps: Iterable[coverage.Gap]) -> tuple[Gap, ...]:
    return tuple(
        Gap(
            start=_told(request, gap.span.start),
            end=_told(request, gap.span.end),
            cause=gap.cause,
        )
        for gap in gaps
    )


def _source(request: ClipRequest, piece: Piece) -> SourceClip:
    segment = piece.segment
    return SourceClip(
        filename=PurePosixPath(segment.path).name,
        file_path=segment.path,
        start_time=_told(request, segment.span.start),
        end_time=_told(request, segment.span.end),
        file_size=segment.size,
    )
