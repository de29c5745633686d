"""Records of earlier incidents, sent again in the backfill lane. Pure."""

from topics.cloudevents import REPLAY_ID, REPLAY_MODE, ReplayMode
from topics.names import INCIDENT_BACKFILL
from topics.record import Outgoing, Record


def replayed(record: Record, replay_id: str, mode: ReplayMode | None) -> Outgoing:
    """`record` for the backfill topic: key, value and headers as they were, and who sends it again.

    Without its time stamp: retention counts from it, and an old incident would expire unread.
    """
    added = [(REPLAY_ID, replay_id.encode())]
    if mode is not None:
        added.append((REPLAY_MODE, mode.value.encode()))
    kept = tuple(h for h in record.headers if h[0].lower() not in (REPLAY_ID, REPLAY_MODE))
    return Outgoing(INCIDENT_BACKFILL, record.key, record.value, (*kept, *added))
