"""Clips cut from the real recordings by the real way, served by the real HTTP interface."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp.test_utils import TestServer

from processors.look import Stale
from processors.request import ClipRequest
from processors.status import answered
from processors.window import request
from schemas.clip import ClipCompleted
from schemas.clip_settings import Output
from schemas.incident import Incident, Precision
from schemas.settings import Footage, Settings
from streams.services import Services
from tests import barcode
from tests.door import Door
from tests.recordings import SMALL, take
from topics.cloudevents import Envelope
from topics.codec import Reported

_FRAME = timedelta(milliseconds=40)


@dataclass(frozen=True, slots=True)
class Case:
    """A window of 2026-11-24, in seconds after 08:23."""

    name: str
    camera: str
    start: float
    end: float
    precision: Precision

    def __str__(self) -> str:
        return f"{self.name}, {self.precision}"


_WINDOWS = [
    ("B-frames and Opus, across a join", "site/gate-3", 33.3, 38.7),
    ("inside one group of pictures", "camera1", 28.6, 29.2),
    ("at a join", "camera1", 32.46, 33.9),
    ("across a gap", "crash-1", 43.0, 50.02),
]
CASES = [Case(*window, precision) for window in _WINDOWS for precision in Precision]
SHARED = next(case for case in CASES if case.precision is Precision.EXACT)
HEVC = Case("HEVC", "hevc-1", 31.0, 34.0, Precision.EXACT)


class Showcase:
    """Made in `folder`. Cut first, then start; everything but `close` in one loop."""

    def __init__(self, folder: Path) -> None:
        self.footage = folder / "footage"
        for camera in ("camera1", "site/gate-3", "crash-1", "hevc-1"):
            tree = "mediamtx_clips" if camera == "camera1" else "recordings"
            take(SMALL / tree / camera, self.footage / camera)
        pattern = "%path/%path_%Y%m%d_%H%M%S", "%path/%Y-%m-%d_%H-%M-%S-%f"
        self._services = Services(
            Settings(
                footage=Footage(root=self.footage, pattern=pattern, timezone="UTC"),
                output=Output(root=folder / "output"),
            )
        )
        self.door = Door(folder / "output")
        self.answers: dict[Case, ClipCompleted] = {}

    def close(self) -> None:
        """Let go of everything."""
        self._services.close()
        self.door.close()

    async def cut(self, case: Case) -> None:
        """Make a clip; the list knows it, too."""
        job = self._services.job
        self._services.store.open()
        made = await job.answer(job.looker.look_now(self._wanted(case)))
        self._services.store.close()
        assert not isinstance(made, Stale)
        now = time.time_ns()
        self.door.model.fold([answered(made.answer, now)])
        self.answers[case] = made.answer

    async def start(self) -> None:
        """Serve."""
        self._server = TestServer(self.door.application())
        await self._server.start_server()

    async def stop(self) -> None:
        """Serve no longer."""
        await self._server.close()

    def address(self, path: str) -> str:
        """Where a path is served."""
        return str(self._server.make_url(path))

    def shown(self, case: Case) -> list[tuple[float, int]]:
        """What a viewer must be shown: seconds of the clip at which a picture begins, its number.

        Told by the recordings' own pictures and by when each recording begins, nothing else.
        """
        answer = self.answers[case]
        begin, end = answer.actual_start, answer.actual_end
        assert begin is not None
        assert end is not None
        if case.precision is Precision.EXACT:
            begin, end = answer.requested_start, answer.requested_end
        found = [
            (source.start_time + timedelta(seconds=at), number)
            for source in answer.source_clips
            for at, number in barcode.frames(self.footage / source.file_path)
        ]
        half = _FRAME / 2
        inside = [
            (at, number)
            for at, number in found
            if (begin <= at < end if case.precision is Precision.EXACT else begin - half <= at)
        ]
        return [((at - inside[0][0]).total_seconds(), number) for at, number in inside]

    def _wanted(self, case: Case) -> ClipRequest:
        minute = datetime(2026, 11, 24, 8, 23, tzinfo=UTC)
        incident = Incident(
            camera_id=case.camera,
            timestamp=minute + timedelta(seconds=case.start),
            before=0,
            after=case.end - case.start,
            precision=case.precision,
        )
        said = Reported(incident, Envelope(source="showcase"), incident_id=str(case))
        wanted = request(said, time.time_ns(), UTC, self._services.settings.windows)
        assert isinstance(wanted, ClipRequest)
        return wanted
