"""The way of one incident, from a request to an answer on disk.

    look     is there an answer already? is the footage there? else: when to look again
    answer   plan -> cut -> prove -> publish files
    fail     an answer without a clip

Announcing and settling follow in `streams`. Everything here may be done twice by two workers at once:
the store lets the first one win.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import structlog

from processors import amendment, annotation, doubled_hour, merging
from processors.answer import Answers, share_of, stem_of
from processors.cutting.plan import CutPlan
from processors.cutting.planner import plan_cut
from processors.errors import (
    CutError,
    CutTimeoutError,
    FootageError,
    InputError,
    OutputFullError,
    StoreError,
)
from processors.footage.coverage import Coverage, Gap, cover
from processors.footage.readiness import NotYet, Patience, deadline, judge
from processors.footage.retention import threatened
from processors.footage.segment import SegmentState, Timeline
from processors.look import (
    Answered,
    Broken,
    Conclusive,
    Hasty,
    Look,
    Ready,
    Stale,
    Unclear,
    Waiting,
)
from processors.made import Made
from processors.ports import ClipStore, Clock, Cutter, Hold, Recordings
from processors.request import ClipRequest
from processors.shared_cut import SharedCut
from processors.window import is_ahead
from schemas.clip import ClipCompleted
from schemas.instant import NANOS
from schemas.reason import GapCause, Reason
from schemas.settings import Windows
from topics.cloudevents import Envelope, ReplayMode

_WAIT_FOR_ROOM = 120 * NANOS
"""After the window's end: how long a full output may take to be cleared."""
_AWAY_PAUSE = 2 * NANOS
_TELL_EVERY = 60 * NANOS


log = structlog.get_logger(__name__)


class ClipJob:
    """The use case on its ports. `mixed`: the cutter can join segments that differ."""

    def __init__(
        self,
        recordings: Recordings,
        cutter: Cutter,
        store: ClipStore,
        clock: Clock,
        *,
        answers: Answers,
        patience: Patience,
        windows: Windows,
        mixed: bool = False,
        hold: Hold | None = None,
    ) -> None:
        self._recordings = recordings
        self._cutter = cutter
        self._store = store
        self._clock = clock
        self._answers = answers
        self._patience = patience
        self._windows = windows
        self._told_away = 0
        self._mixed = mixed
        self._hold = hold
        self._shared = SharedCut(cutter, store, clock, answers)

    def is_distant(self, request: ClipRequest, now: int, longest: int) -> bool:
        """Whether nothing can be done for it for more than `longest` nanoseconds."""
        return request.window.end - now > longest and not is_ahead(request, now, self._windows)

    def look(self, request: ClipRequest) -> Look:
        """Where the request stands now. Blocking: call it in a thread."""
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
        found = self._look_both(request) if both else self._look_once(request)
        if _lacks(found) and (why := self._recordings.away()):  # it went while we looked
            return self._wait_for_root(why, now)
        return found

    def look_now(self, request: ClipRequest) -> Ready | Unclear:
        """What there is for the request, without waiting. Blocking."""
        return doubled_hour.decided(
            request, [self._find(reading) for reading in doubled_hour.readings(request)]
        )

    def _find(self, request: ClipRequest) -> Ready:
        now = self._clock.now()
        try:
            timeline = self._recordings.timeline(request.camera, request.window, now)
        except FootageError as exc:
            log.warning("footage.not_readable", camera=request.camera, error=str(exc))
            lost = Gap(request.window, GapCause.UNREADABLE)
            return Ready(request, Timeline(request.camera, known=True), Coverage((), (lost,), 0.0))
        return Ready(request, timeline, cover(request.window, timeline, now))

    def keep(self, ready: Ready) -> None:
        """See to it that the recordings stay, though it is cut later. Blocking."""
        self._keep(ready, self._clock.now())

    async def answer(self, ready: Conclusive) -> Made | Stale:
        """Make the clip, prove it and publish its files."""
        match ready:
            case Answered():
                return Made(ready.answer)
            case Unclear():
                return await self._fail(ready.request.settled_hour(), Reason.AMBIGUOUS_TIME)
            case Hasty():
                return await self._fail(ready.request, Reason.IN_FUTURE)
            case Broken():
                return await self._fail(ready.request, Reason.INTERNAL)
            case Ready():
                made = await self._cut(ready)
                if not isinstance(made, Stale):
                    await self._release(ready.request)
                return made

    async def answer_all(self, ready: Sequence[Ready]) -> list[Made] | None:
        """As `answer`, of incidents that share a cut, in order; None where each has to be cut alone.

        That is so where one of them would lose by it, and where the shared cut did not succeed.
        """
        plan = await asyncio.to_thread(self._shared_plan, ready)
        if plan is None:
            return None
        try:
            made = await self._shared.make(plan, [one.request for one in ready])
        except OutputFullError as exc:
            return [await self._give_up(one.request, exc) for one in ready]
        except (CutError, FootageError) as exc:
            log.warning("cut.not_shared", camera=plan.camera, error=str(exc))
            return None
        for one in ready:
            await self._release(one.request)
        return made

    async def _release(self, request: ClipRequest) -> None:
        if self._hold:
            await asyncio.to_thread(self._hold.release, request.clip_id)

    async def amend(
        self, answer: ClipCompleted, envelope: Envelope, *, over: bool, torn: bool = False
    ) -> ClipCompleted | None:
        """A better answer, if the footage that was missing has turned up (or what will, if `over`).

        Or if the files of `answer` are not what it says (`torn`).
        """
        request = amendment.request_of(answer, envelope)
        found = await asyncio.to_thread(self._find, request)
        if not torn and not amendment.is_better(answer, found.coverage, over=over):
            return None
        plan = self._plan(found)
        if plan is None:
            return None
        try:
            return (await self._make(request, plan, answer.revision + 1)).answer
        except (CutError, FootageError, StoreError) as exc:
            log.warning("clip.not_amended", clip_id=answer.clip_id, error=str(exc))
            return None

    def fail(
        self, request: ClipRequest, reason: Reason, coverage: Coverage | None = None
    ) -> ClipCompleted:
        """Publish an answer without a clip. Blocking: call it in a thread."""
        gaps = coverage.gaps if coverage else ()
        answer = self._answers.failed(request, reason, self._clock.now(), gaps)
        return self._store.publish(stem_of(request), None, answer, annotation.render)

    async def _fail(
        self, request: ClipRequest, reason: Reason, coverage: Coverage | None = None
    ) -> Made:
        return Made(await asyncio.to_thread(self.fail, request, reason, coverage))

    def _look_once(self, request: ClipRequest) -> Waiting | Ready:
        found = self._find(request)
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
        room_until = max(until, request.window.end + _WAIT_FOR_ROOM)
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

    def _look_both(self, request: ClipRequest) -> Waiting | Ready | Unclear:
        """A reading of a doubled hour that still waits for footage may not lose for having none."""
        looks = [self._look_once(reading) for reading in doubled_hour.readings(request)]
        waiting = [look for look in looks if isinstance(look, Waiting)]
        if waiting:
            return min(waiting, key=lambda look: look.look_at)
        return doubled_hour.decided(request, [look for look in looks if isinstance(look, Ready)])

    async def _cut(self, ready: Ready) -> Made | Stale:
        request = ready.request
        plan = self._plan(ready)
        prior = await self._to_replace(request)
        if prior is not None and (
            plan is None or amendment.would_lose(prior, ready.coverage.share)
        ):
            log.warning(
                "clip.kept", clip_id=prior.clip_id, detail="less footage is left than it shows"
            )
            return Made(prior)
        if plan is None:
            reason = self._answers.why_nothing(ready.coverage.gaps, known=ready.timeline.known)
            return await self._fail(request, reason, ready.coverage)
        try:
            return await self._make(request, plan, prior.revision + 1 if prior else 1)
        except InputError as exc:
            ready_again = await asyncio.to_thread(self._set_aside, ready, exc.path)
            return Stale(str(exc)) if ready_again is None else await self._cut(ready_again)
        except FootageError as exc:
            return Stale(str(exc))
        except (CutError, OutputFullError) as exc:
            return await self._give_up(request, exc)

    async def _give_up(self, request: ClipRequest, error: CutError | OutputFullError) -> Made:
        """The answer without a clip; a full output is waited for a while first."""
        full = isinstance(error, OutputFullError)
        if full and self._clock.now() < request.window.end + _WAIT_FOR_ROOM:
            raise error
        reason = Reason.OUTPUT_FULL if isinstance(error, OutputFullError) else _reason_of(error)
        log.warning("clip.failed", clip_id=request.clip_id, reason=reason.value, error=str(error))
        return await self._fail(request, reason)

    def _set_aside(self, ready: Ready, path: str) -> Ready | None:
        """Without the file at `path`, if it did not change and still cannot be cut. Blocking."""
        now = self._clock.now()
        request = ready.request
        found = self._recordings.timeline(request.camera, request.window, now)
        known = {s.path: (s.state, s.size) for s in found.segments}
        segments = [s for s in ready.timeline.segments if s.path == path]
        if any(
            s.state is SegmentState.GROWING or known.get(path) != (s.state, s.size)
            for s in segments
        ):
            return None
        log.warning("footage.file_set_aside", camera=request.camera, file=path)
        timeline = replace(
            ready.timeline,
            segments=tuple(
                replace(s, state=SegmentState.UNREADABLE) if s.path == path else s
                for s in ready.timeline.segments
            ),
        )
        return Ready(request, timeline, cover(request.window, timeline, now))

    async def _to_replace(self, request: ClipRequest) -> ClipCompleted | None:
        """The answer that a replay wants to be made anew."""
        if request.envelope.replay is not ReplayMode.FORCE:
            return None
        return await asyncio.to_thread(self._store.find, stem_of(request))

    async def _make(self, request: ClipRequest, plan: CutPlan, revision: int = 1) -> Made:
        if not await asyncio.to_thread(self._store.has_room):
            raise OutputFullError("the output volume is below retention.min_free")
        with self._store.staging(request.clip_id) as folder:
            target = folder / "clip.mp4"
            result = await self._cutter.cut(plan, target)
            began = self._clock.now()
            answer = self._answers.shown(request, plan, result, began, revision)
            answer = await asyncio.to_thread(
                self._store.publish, stem_of(request), target, answer, annotation.render
            )
            return Made(answer, result.verified, self._clock.now() - began)

    def _shared_plan(self, ready: Sequence[Ready]) -> CutPlan | None:
        """One clip for all; None where one of them would show less than alone. Blocking."""
        requests = [one.request for one in ready]
        window = merging.union([request.window for request in requests])
        first = ready[0]
        if window != first.request.window:
            first = self._find(replace(first.request, window=window))
        plan = self._plan(first)
        if plan is None or any(self._loses(one, plan) for one in ready):
            return None
        also = tuple(request.recorded_at for request in requests)
        return replace(plan, title=merging.title(requests), also=also)

    def _loses(self, ready: Ready, shared: CutPlan) -> bool:
        """Whether it would show less than alone, or what was recorded would be encoded again."""
        alone = self._plan(ready)
        if alone is None or (alone.joinable and not shared.joinable):
            return True
        return amendment.is_less(share_of(shared, ready.request.window), alone.share)

    def _plan(self, ready: Ready) -> CutPlan | None:
        request = ready.request
        return plan_cut(
            request.window,
            request.recorded_at,
            ready.timeline,
            ready.coverage,
            precision=request.precision,
            title=f"{request.camera} {request.incident_id}",
            mixed=self._mixed,
        )


def _lacks(found: Look) -> bool:
    """Whether an answer would say that something was not recorded."""
    return isinstance(found, Unclear) or (isinstance(found, Ready) and found.coverage.share < 1)


def _reason_of(error: CutError) -> Reason:
    return Reason.TIMEOUT if isinstance(error, CutTimeoutError) else Reason.CUT_FAILED
