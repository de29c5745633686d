"""What `clip.status.v1` says of a job."""

from processors.look import Waiting
from processors.request import ClipRequest
from schemas.clip import ClipCompleted
from schemas.instant import from_ns
from schemas.reason import Outcome
from schemas.status import ClipStatus, Stage


def unfinished(
    request: ClipRequest, stage: Stage, created_at: int, now: int, waiting_for: str | None = None
) -> ClipStatus:
    """The status of a clip that is not answered yet."""
    return ClipStatus(
        clip_id=request.clip_id,
        incident_id=request.incident_id,
        camera_id=request.camera,
        type=request.type,
        status=stage,
        incident_at=from_ns(request.at),
        start_time=from_ns(request.told(request.window.start)),
        end_time=from_ns(request.told(request.window.end)),
        created_at=from_ns(created_at),
        updated_at=from_ns(now),
        waiting_for=waiting_for,
    )


def answered(answer: ClipCompleted, now: int, stage: Stage | None = None) -> ClipStatus:
    """The status that goes with an answer; `stage` where it is neither done nor failed."""
    ended = Stage.FAILED if answer.outcome is Outcome.FAILED else Stage.DONE
    return ClipStatus(
        clip_id=answer.clip_id,
        incident_id=answer.incident.id,
        camera_id=answer.camera_id,
        type=answer.incident.type,
        status=stage or ended,
        revision=answer.revision,
        incident_at=answer.incident.timestamp,
        start_time=answer.requested_start,
        end_time=answer.requested_end,
        created_at=answer.reported_at or answer.created_at,
        updated_at=from_ns(now),
        answer=answer,
    )


def words(request: ClipRequest, look: Waiting) -> str:
    """What a job waits for."""
    if look.for_room:
        return "room on the output volume"
    if look.for_others:
        return "the windows that it is merged with"
    return waiting_for(request.camera, request.window.end, look.have)


def waiting_for(camera: str, until: int, have: int | None) -> str:
    """In words what a job waits for: `camera1 until 14:30:20.0Z, have 14:30:17.4Z`."""
    reached = "nothing yet" if have is None else _clock(have)
    return f"{camera} until {_clock(until)}, have {reached}"


def _clock(ns: int) -> str:
    moment = from_ns(ns)
    return f"{moment:%H:%M:%S}.{moment.microsecond // 100_000}Z"
