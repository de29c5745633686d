"""A disk that is full at any moment of a cut: no broken clip, nothing left, and complete when there is room."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from processors.adapters.clip_store import DiskClipStore
from processors.adapters.cutter import FfmpegCutter
from processors.adapters.footage_disk import DiskRecordings
from processors.adapters.splicer import Splicer
from processors.answer import Answers, stem_of
from processors.clip_job import ClipJob
from processors.errors import OutputFullError
from processors.footage.pattern import Pattern
from processors.footage.readiness import Patience
from processors.footage.setup import Setup, Setups
from processors.made import Made
from processors.ports import Cutter
from processors.request import ClipRequest
from processors.span import Span
from schemas.incident import Precision
from schemas.instant import NANOS
from schemas.reason import Outcome, Reason
from schemas.settings import Windows
from tests.fakes.clock import SetClock
from tests.media import ffmpeg
from tests.recordings import SMALL, take
from tests.small_disk import filled, small_disk

pytestmark = pytest.mark.media

MIB = 1 << 20
CLIP_ID = "4a4c5a0b-3e0f-5a57-9f0e-0d6f3ad1a001"
STARTED = 1_795_508_590 * NANOS
"""2026-11-24 08:23:10 UTC, before all that is recorded of camera1."""


class Site:
    """One incident, to be cut onto a volume of its own."""

    def __init__(self, footage: Path, output: Path, cutter: Cutter) -> None:
        self.output = output
        self.store = DiskClipStore(output)
        self.store.open()
        self.clock = SetClock(STARTED + 120 * NANOS)
        self.recordings = DiskRecordings(footage, Setups(Setup((Pattern(),))))
        self.job = ClipJob(
            self.recordings,
            cutter,
            self.store,
            self.clock,
            answers=Answers(),
            patience=Patience(),
            windows=Windows(),
        )
        there = self.recordings.timeline(
            "camera1", Span(STARTED, self.clock.at), self.clock.at
        ).segments
        window = Span(there[0].span.start, there[-1].span.end)
        self.clock.at = window.end + NANOS
        self.request = ClipRequest(
            CLIP_ID, "i", "camera1", window.start, window, Precision.SEGMENTS, self.clock.at
        )

    def answer(self) -> Made:
        """What becomes of the incident now."""
        made = asyncio.run(self.job.answer(self.job.looker.look_now(self.request)))
        assert isinstance(made, Made)
        return made

    def staged(self) -> list[Path]:
        return [p for p in (self.output / ".staging").rglob("*") if p.is_file()]

    def forget(self) -> int:
        """Removes the clip; returns how many bytes it had."""
        stem = stem_of(self.request)
        size = (self.store.videos / f"{stem}.mp4").stat().st_size
        for path in [*self.store.videos.iterdir(), *self.store.annotations.iterdir()]:
            path.unlink()
        return size


@pytest.fixture(params=["splice", "ffmpeg"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    footage = tmp_path / "footage"
    take(SMALL / "mediamtx_clips/camera1", footage / "camera1")
    makers: dict[str, Callable[[], Cutter]] = {
        "splice": lambda: Splicer(footage, timeout=30),
        "ffmpeg": lambda: FfmpegCutter(ffmpeg(), footage, timeout=30),
    }
    with small_disk(tmp_path / "output", 64 * MIB) as output:
        site = Site(footage, output, makers[request.param]())
        yield site
        site.recordings.close()
        site.store.close()


def test_whatever_room_is_left_a_clip_is_whole_or_not_there(site: Site) -> None:
    assert site.answer().answer.outcome is Outcome.COMPLETE
    size = site.forget()
    levels = [0, size // 2, size - 4096, *(size + more * 4096 for more in range(0, 12, 2))]
    ends = set()
    for free in levels:
        with filled(site.output, free):
            try:
                answer = site.answer().answer
            except OutputFullError:
                assert site.store.find(stem_of(site.request)) is None
                ends.add("full")
            else:
                assert answer.outcome is Outcome.COMPLETE
                assert site.store.find(stem_of(site.request)) == answer
                ends.add("complete")
            assert site.staged() == []
        assert site.answer().answer.outcome is Outcome.COMPLETE, "there is room again"
        site.forget()
    assert ends == {"full", "complete"}


def test_after_the_deadline_the_answer_is_that_the_output_was_full(site: Site) -> None:
    site.clock.at += 3600 * NANOS
    with filled(site.output, 64 * 1024):
        answer = site.answer().answer
        assert (answer.outcome, answer.reason) == (Outcome.FAILED, Reason.OUTPUT_FULL)
        assert list(site.store.videos.iterdir()) == []
        assert site.staged() == []
