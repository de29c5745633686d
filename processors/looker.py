"""Where a request stands: answered before, to be waited for, or ready to be cut.

Everything here blocks: call it in a thread.
"""

from collections.abc import Sequence

import structlog

from processors import amendment, doubled_hour
from processors.errors import FootageError
from processors.footage.coverage import Coverage, Gap, cover
from processors.footage.readiness import NotYet, Patience, deadline, judge
from processors.footage.retention import threatened
from processors.footage.segment import Timeline
from processors.look import Answered, Hasty, Look, Ready, Unclear, Waiting
from processors.ports import ClipStore, Clock, Hold, Recordings
from processors.request import ClipRequest
from processors.span import Span
from processors.window import is_ahead
from schemas.instant import NANOS
from schemas.reason import GapCause
from schemas.settings import Windows

ROOM_PATIENCE = 120 * NANOS
"""After the window's end: how long a full output may take to be cleared."""
_AWAY_PAUSE = 2 * NANOS
_TELL_EVERY = 60 * NANOS

log = structlog.get_logger(__name__)


class Glance:
    """`Recordings` as they are at one moment: no window of a camera is read twice."""

    def __init__(self, recordings: Recordings) -> None:
        self._recordings = recordings
        self._seen: dict[tuple[str, Span], Timeline] = {}

    def timeline(self, camera: str, window: Span, now: int) -> Timeline:
        """As it was when it was first asked for."""
        key = (camera, window)
        if key not in self._seen:
            self._seen[key] = self._recordings.timeline(camera, window, now)
        return self._seen[key]

    def away(self) -> str | None:
        """As `Recordings.away`."""
        return self._recordings.away()


class Looker:
    """On its ports."""

    def __init__(
        self,
        recordings: Recordings,
        store: ClipStore,
        clock: Clock,
        *,
        patience: Patience,
        windows: Windows,
        hold: Hold | None = None,
    ) -> None:
        self._recordings = recordings
        self._store = store
        self._clock = clock
        self._patience = patience
        self._windows = windows
        self._hold = hold
        self._told_away = 0

    def is_distant(self, request: ClipRequest, now: int, longest: int) -> bool:
        """Whether nothing can be done for it for more than `longest` nanoseconds."""
        return request.window.end - now > longest and not is_ahead(request, now, self._windows)

    def look_all(self, requests: Sequence[ClipRequest]) -> list[Look | Exception]:
        """As `look`, of several; those of one window share one reading of the recordings.

        A fault with one is no fault with the others.
        """
        glance = Glance(self._recordings)
        looks: list[Look | Exception] = []
        for request in requests:
            try:
                looks.append(self.look(request, glance))
            except Exception as exc:  # noqa: BLE001 - whoever asked deals with it
                looks.append(exc)
        return looks

    def look(self, request: ClipRequest, recordings: Recordings | None = None) -> Look:
        """Where the request stands now, by `recordings` if given. Blocking: call it in a thread."""
        recordings = recordings or self._recordings
        stem = self._store.stem_of(request.clip_id)
        if stem is not None and (prior := self._store.find(stem)):
            if not amendment.is_forced(prior, request.envelope):
                return Answered(request, prior)
            request = amendment.request_of(prior, request.envelope)
        now = self._clock.now()
        if is_ahead(request, now, self._windows):
            return Hasty(request)
        if why := self._recordings.away():
            return self._wait_for_root(why, now)
        both = request.doubled is not None
        found = (self._look_both if both else self._look_once)(request, recordings)
        if _lacks(found) and (why := self._recordings.away()):  # it went while we looked
            return self._wait_for_root(why, now)
        return found

    def look_now(self, request: ClipRequest) -> Ready | Unclear:
        """What there is for the request, without waiting. Blocking."""
        return doubled_hour.decided(
            request, [self.find(reading) for reading in doubled_hour.readings(request)]
        )

    def find(self, request: ClipRequest, recordings: Recordings | None = None) -> Ready:
        """What there is for the window, on the hour that the request says. Blocking."""
        now = self._clock.now()
        try:
            timeline = (recordings or self._recordings).timeline(
                request.camera, request.window, now
            )
        except FootageError as exc:
            log.warning("footage.not_readable", camera=request.camera, error=str(exc))
            lost = Gap(request.window, GapCause.UNREADABLE)
            return Ready(request, Timeline(request.camera, known=True), Coverage((), (lost,), 0.0))
        return Ready(request, timeline, cover(request.window, timeline, now))

    def keep(self, ready: Ready) -> None:
        """See to it that the recordings stay, though it is cut later. Blocking."""
        self._keep(ready, self._clock.now())

    def _look_once(self, request: ClipRequest, recordings: Recordings) -> Waiting | Ready:
        found = self.find(request, recordings)
        now = self._clock.now()
        until = deadline(request.window, found.timeline, self._patience)
        verdict = judge(
            request.window,
            found.timeline,
            found.coverage,
            now,
            until,
            poll=self._patience.poll_seconds,
        )
        if isinstance(verdict, NotYet):
            self._keep(found, now)
            return Waiting(verdict.look_at, verdict.have, until)
        room_until = max(until, request.window.end + ROOM_PATIENCE)
        if now < room_until and not self._store.has_room():
            return Waiting(now + NANOS, found.timeline.newest, room_until, for_room=True)
        return found

    def _keep(self, found: Ready, now: int) -> None:
        request = found.request
        if self._hold and (paths := threatened(request.window, found.timeline, now)):
            self._hold.hold(request.clip_id, paths)

    def _wait_for_root(self, why: str, now: int) -> Waiting:
        """A volume that is not mounted is no evidence: no deadline passes while it is away."""
        if now - self._told_away > _TELL_EVERY:
            self._told_away = now
            log.warning("footage.away", reason=why, effect="incidents wait until it is back")
        return Waiting(now + _AWAY_PAUSE, have=None, until=now + _TELL_EVERY)

    def _look_both(self, request: ClipRequest, recordings: Recordings) -> Waiting | Ready | Unclear:
        """A reading of a doubled hour that still waits for footage may not lose for having none."""
        looks = [self._look_once(reading, recordings) for reading in doubled_hour.readings(request)]
        waiting = [look for look in looks if isinstance(look, Waiting)]
        if waiting:
            return min(waiting, key=lambda look: look.look_at)
        return doubled_hour.decided(request, [look for look in looks if isinstance(look, Ready)])


def _lacks(found: Look) -> bool:
    """Whether an answer would say that something was not recorded."""
    return isinstance(found, Unclear) or (isinstance(found, Ready) and found.coverage.share < 1)
