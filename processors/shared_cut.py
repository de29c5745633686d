"""One cut that answers several incidents: each has the video under its own name, and its own answer.

The names are hard links where the file system has them, so the footage is read and written once, and
whoever removes or replaces one clip leaves the others alone.
"""

import asyncio
from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True)
class SharedCut:
    """On the ports of `ClipJob`."""

    cutter: Cutter
    store: ClipStore
    clock: Clock
    answers: Answers

    async def make(self, plan: CutPlan, requests: Sequence[ClipRequest]) -> list[Made]:
        """The answers that stand, in the order of `requests`; raises as the cutter and the store do.

        What was published before something went wrong is found by the next look.
        """
        if not await asyncio.to_thread(self.store.has_room):
            raise OutputFullError("the output volume is below retention.min_free")
        with self.store.staging(requests[0].clip_id) as folder:
            video = folder / "clip.mp4"
            result = await self.cutter.cut(plan, video)
            began = self.clock.now()
            done = await asyncio.gather(
                *(
                    asyncio.to_thread(self._publish, request, requests, plan, result, video)
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

    def _publish(
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
