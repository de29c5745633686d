"""The way of one incident, from a request to an answer on disk.

    looker   is there an answer already? is the footage there? else: when to look again
    answer   plan -> cut -> prove -> publish files
    fail     an answer without a clip

Announcing and settling follow in `streams`. Everything here may be done twice by two workers at once:
the store lets the first one win.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import structlog

from processors import amendment, annotation, merging
from processors.answer import Answers, share_of, stem_of
from processors.clip_maker import ClipMaker, Freed
from processors.cutting.plan import CutPlan
from processors.cutting.planner import plan_cut
from processors.cutting.precision import EXACT_ABOVE
from processors.errors import (
    CutError,
    CutTimeoutError,
    FootageError,
    InputError,
    OutputFullError,
    StoreError,
)
from processors.footage.coverage import Coverage, cover
from processors.footage.readiness import Patience
from processors.footage.segment import SegmentState
from processors.look import Answered, Broken, Conclusive, Hasty, Ready, Stale, Unclear
from processors.looker import ROOM_PATIENCE, Looker
from processors.made import Made
from processors.ports import ClipStore, Clock, Cutter, Hold, Recordings
from processors.request import ClipRequest
from schemas.clip import ClipCompleted
from schemas.reason import Reason
from schemas.settings import Windows
from topics.cloudevents import Envelope, ReplayMode

log = structlog.get_logger(__name__)


def _nobody_waits() -> None:
    """For a cutter."""


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
        exact_above: int = EXACT_ABOVE,
        hold: Hold | None = None,
    ) -> None:
        self._recordings = recordings
        self._store = store
        self._clock = clock
        self._answers = answers
        self.looker = Looker(
            recordings, store, clock, patience=patience, windows=windows, hold=hold
        )
        """Tells when there is something to answer."""
        self._mixed = mixed
        self._exact_above = exact_above
        self._hold = hold
        self._maker = ClipMaker(cutter, store, clock, answers)

    async def answer(self, ready: Conclusive, freed: Freed = _nobody_waits) -> Made | Stale:
        """Make the clip, prove it and publish its files.

        `freed` is called as soon as no cutter is needed any more, if one was.
        """
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
                made = await self._cut(ready, freed)
                if not isinstance(made, Stale):
                    await self._release(ready.request)
                return made

    async def answer_all(
        self, ready: Sequence[Ready], freed: Freed = _nobody_waits
    ) -> list[Made] | None:
        """As `answer`, of incidents that share a cut, in order; None where each has to be cut alone.

        That is so where one of them would lose by it, and where the shared cut did not succeed.
        """
        plan = await asyncio.to_thread(self._shared_plan, ready)
        if plan is None:
            return None
        try:
            made = await self._maker.make_for_all([one.request for one in ready], plan, freed)
        except OutputFullError as exc:
            return [await self._give_up(one.request, exc) for one in ready]
        except (CutError, FootageError) as exc:
            log.warning("cut.not_shared", camera=plan.camera, error=str(exc))
            return None
        for one in ready:
            await self._release(one.request)
        return made

    async def _release(self, request: ClipRequest) -> None:
        if self._hold and self._hold.holds(request.clip_id):
            await asyncio.to_thread(self._hold.release, request.clip_id)

    async def amend(
        self, answer: ClipCompleted, envelope: Envelope, *, over: bool, torn: bool = False
    ) -> ClipCompleted | None:
        """A better answer, if the footage that was missing has turned up (or what will, if `over`).

        Or if the files of `answer` are not what it says (`torn`).
        """
        request = amendment.request_of(answer, envelope)
        found = await asyncio.to_thread(self.looker.find, request)
        if not torn and not amendment.is_better(answer, found.coverage, over=over):
            return None
        plan = self._plan(found)
        if plan is None:
            return None
        try:
            made = await self._maker.make(request, plan, _nobody_waits, answer.revision + 1)
        except (CutError, FootageError, StoreError) as exc:
            log.warning("clip.not_amended", clip_id=answer.clip_id, error=str(exc))
            return None
        return made.answer

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

    async def _cut(self, ready: Ready, freed: Freed) -> Made | Stale:
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
            return await self._maker.make(request, plan, freed, prior.revision + 1 if prior else 1)
        except InputError as exc:
            ready_again = await asyncio.to_thread(self._set_aside, ready, exc.path)
            return Stale(str(exc)) if ready_again is None else await self._cut(ready_again, freed)
        except FootageError as exc:
            return Stale(str(exc))
        except (CutError, OutputFullError) as exc:
            return await self._give_up(request, exc)

    async def _give_up(self, request: ClipRequest, error: CutError | OutputFullError) -> Made:
        """The answer without a clip; a full output is waited for a while first."""
        full = isinstance(error, OutputFullError)
        if full and self._clock.now() < request.window.end + ROOM_PATIENCE:
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

    def _shared_plan(self, ready: Sequence[Ready]) -> CutPlan | None:
        """One clip for all; None where one of them would show less than alone. Blocking."""
        requests = [one.request for one in ready]
        window = merging.union([request.window for request in requests])
        first = ready[0]
        if window != first.request.window:
            first = self.looker.find(replace(first.request, window=window))
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
            exact_above=self._exact_above,
            title=f"{request.camera} {request.incident_id}",
            mixed=self._mixed,
        )


def _reason_of(error: CutError) -> Reason:
    return Reason.TIMEOUT if isinstance(error, CutTimeoutError) else Reason.CUT_FAILED
