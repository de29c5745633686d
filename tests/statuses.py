"""Statuses of clips for tests."""

from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from schemas.clip import ClipCompleted
from schemas.reason import Outcome
from schemas.status import ClipStatus, Stage
from tests import answers

AT = datetime(2026, 11, 24, 8, 23, 45, tzinfo=UTC)


def clip_id(name: str) -> str:
    """The clip id that goes with a name, as in `tests.answers`."""
    return str(uuid5(NAMESPACE_URL, name))


def unanswered(
    name: str,
    stage: Stage = Stage.WAITING,
    *,
    at: datetime = AT,
    camera: str = "camera1",
    kind: str | None = None,
    updated: float = 0,
) -> ClipStatus:
    """A clip that is not answered yet; `updated` are seconds after the incident."""
    return ClipStatus(
        clip_id=clip_id(name),
        incident_id=f"i-{name}",
        camera_id=camera,
        type=kind,
        status=stage,
        incident_at=at,
        start_time=at - timedelta(seconds=15),
        end_time=at + timedelta(seconds=5),
        created_at=at,
        updated_at=at + timedelta(seconds=updated),
        waiting_for="camera1 until 08:23:50.0Z, have nothing yet",
    )


def answered(
    name: str,
    answer: ClipCompleted | None = None,
    *,
    stage: Stage | None = None,
    at: datetime = AT,
    camera: str = "camera1",
    kind: str | None = None,
    updated: float = 10,
) -> ClipStatus:
    """A clip that has been answered (complete, unless `answer` says otherwise)."""
    said = answer or answers.complete(name, b"video")
    failed = said.outcome is Outcome.FAILED
    before = unanswered(name, at=at, camera=camera, kind=kind, updated=updated)
    change = {
        "status": stage or (Stage.FAILED if failed else Stage.DONE),
        "revision": said.revision,
        "answer": said,
        "waiting_for": None,
    }
    return before.model_copy(update=change)
