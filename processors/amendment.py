"""Answers given at a deadline, and what turns up afterwards.

An answer that says `not_yet` may be amended: if the footage appears within `footage.amend_for` of
the window's end, the clip is cut again under the same id, with the next revision. Pure.
"""

from processors.footage.coverage import Coverage
from processors.request import ClipRequest
from processors.span import Span
from schemas.clip import ClipCompleted
from schemas.incident import Precision
from schemas.instant import NANOS, to_ns
from schemas.reason import GapCause, Reason
from topics.cloudevents import Envelope, ReplayMode

_NOTICEABLE = 0.001
"""Of the window; less is rounding."""
_MAY_COME = frozenset(
    {Reason.NOT_YET, Reason.UNKNOWN_CAMERA, Reason.UNREADABLE, Reason.OUTPUT_FULL}
)


def is_amendable(answer: ClipCompleted) -> bool:
    """Whether footage that is missing from `answer` may still appear."""
    late = any(gap.cause in (GapCause.NOT_YET, GapCause.UNREADABLE) for gap in answer.gaps)
    return answer.reason in _MAY_COME or (answer.reason is not Reason.IN_FUTURE and late)


def is_over(answer: ClipCompleted, now: int, amend_for: float) -> bool:
    """Whether nobody waits for its footage any more."""
    return now > to_ns(answer.requested_end) + _offset(answer) + round(amend_for * NANOS)


def is_better(answer: ClipCompleted, coverage: Coverage, *, over: bool) -> bool:
    """Whether to cut again: more is there than was shown, and all that will come, or time is up."""
    more = coverage.share > answer.coverage + _NOTICEABLE
    complete = not any(gap.cause is GapCause.NOT_YET for gap in coverage.gaps)
    return more and (complete or over)


def is_forced(answer: ClipCompleted, envelope: Envelope) -> bool:
    """Whether a replay wants `answer` to be made anew, and has not got it yet."""
    forced = envelope.replay is ReplayMode.FORCE
    return forced and answer.replay_id != envelope.replay_id


def would_lose(answer: ClipCompleted, share: float) -> bool:
    """Whether a clip of `share` of the window would show less than `answer` does."""
    return is_less(share, answer.coverage)


def is_less(share: float, other: float) -> bool:
    """Whether one share of a window is noticeably less than another."""
    return share < other - _NOTICEABLE


def request_of(answer: ClipCompleted, envelope: Envelope) -> ClipRequest:
    """The request that `answer` answers."""
    incident, offset = answer.incident, _offset(answer)
    return ClipRequest(
        clip_id=answer.clip_id,
        incident_id=incident.id,
        camera=answer.camera_id,
        at=to_ns(incident.timestamp),
        window=Span(to_ns(answer.requested_start) + offset, to_ns(answer.requested_end) + offset),
        precision=_precision(answer),
        reported_at=to_ns(answer.reported_at or answer.created_at),
        type=incident.type,
        annotations=incident.annotations,
        group=incident.group,
        envelope=envelope,
        clock_offset=offset,
    )


def _precision(answer: ClipCompleted) -> Precision | None:
    """As reported. Answers of versions that did not keep that were cut as it said."""
    said = "precision" in answer.incident.model_fields_set
    return answer.incident.precision if said else answer.precision


def _offset(answer: ClipCompleted) -> int:
    return round(answer.clock_offset_seconds * NANOS)
