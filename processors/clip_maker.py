"""Makes clips on the ports: room, staging, cut, proof, and files under their final names.

One cut may answer several incidents: each has the video under its own name, and its own answer. The
names are hard links where the file system has them, so the footage is read and written once, and
whoever removes or replaces one clip leaves the others alone.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from processors import annotation
from processors.answer import Answers, stem_of
from processors.cutting.plan import CutPlan, CutResult
from processors.errors import OutputFullError
from processors.identity import video_files
from processors.made import Made
from processors.ports import ClipStore, Clock, Cutter
from processors.request import ClipRequest
from schemas.clip import ClipCompleted

Freed = Callable[[], None]
"""Called when a cut is over: what is left to do needs no cutter."""


@dataclass(frozen=True, slots=True)
class ClipMaker:
    """On the ports of `ClipJob`. Few trips to threads: each makes an answer later."""

    cutter: Cutter
    store: ClipStore
    clock: Clock
    answers: Answers

    async def make(
        self, request: ClipRequest, plan: CutPlan, freed: Freed, revision: int = 1
    ) -> Made:
        """The answer that stands; raises as the cutter and the store do."""
        with ExitStack() as staging:
            video = await asyncio.to_thread(self._stage, staging, request)
            result = await self.cutter.cut(plan, video)
            freed()
            began = self.clock.now()
            answer = self.answers.shown(request, plan, result, began, revision)
            answer = await asyncio.to_thread(self._publish, staging, request, video, answer)
            return Made(answer, result.verified, self.clock.now() - began)

    async def make_for_all(
        self, requests: Sequence[ClipRequest], plan: CutPlan, freed: Freed
    ) -> list[Made]:
        """The answers that stand, in the order of `requests`; raises as `make`.

        What was published before something went wrong is found by the next look.
        """
        with ExitStack() as staging:
            video = await asyncio.to_thread(self._stage, staging, requests[0])
            result = await self.cutter.cut(plan, video)
            freed()
            began = self.clock.now()
            done = await asyncio.gather(
                *(
                    asyncio.to_thread(self._share, request, requests, plan, result, video)
                    for request in requests
                ),
                return_exceptions=True,  # staging must stay until the last one is through
            )
        took = self.clock.now() - began
        answers = [answer for answer in done if isinstance(answer, ClipCompleted)]
        for fault in done:
            if isinstance(fault, BaseException):
                raise fault
        return [Made(answer, result.verified, took) for answer in answers]

    def _stage(self, staging: ExitStack, request: ClipRequest) -> Path:
        """Where to cut, until `staging` is closed. Blocking."""
        if not self.store.has_room():
            raise OutputFullError("the output volume is below retention.min_free")
        return staging.enter_context(self.store.staging(request.clip_id)) / "clip.mp4"

    def _publish(
        self, staging: ExitStack, request: ClipRequest, video: Path, answer: ClipCompleted
    ) -> ClipCompleted:
        """Publishes, and clears up. Blocking."""
        with staging:
            return self.store.publish(stem_of(request), video, answer, annotation.render)

    def _share(
        self,
        request: ClipRequest,
        sharing: Sequence[ClipRequest],
        plan: CutPlan,
        result: CutResult,
        video: Path,
    ) -> ClipCompleted:
        own = video.with_name(f"{request.clip_id}.mp4")
        pairs = (video_files(path, len(result.parts)) for path in (video, own))
        for cut, shared in zip(*pairs, strict=True):
            self.store.share(cut, shared)
        answer = self.answers.shown(request, plan, result, self.clock.now(), sharing=sharing)
        return self.store.publish(stem_of(request), own, answer, annotation.render)
