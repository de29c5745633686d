"""Footage by script: files appear when they are said to."""

import threading
from collections import Counter, defaultdict

from processors.footage.segment import Segment, SegmentState, Timeline
from processors.span import Span
from schemas.instant import NANOS


class ScriptedRecordings:
    """`Recordings` of cameras that were filmed by `film`. Safe between threads, as the real one."""

    def __init__(self) -> None:
        self.looks: list[tuple[str, int]] = []
        """Camera and instant of every look."""
        self.faults: dict[str, list[Exception]] = defaultdict(list)
        """By camera, raised one a look."""
        self.gone: str | None = None
        """Why the footage root is away."""
        self.stalled: dict[str, threading.Event] = {}
        """By camera: looks hang until it is set."""
        self.most_at_once: Counter[str] = Counter()
        """By camera: how many looks went on at the same time, at most."""
        self._files: dict[str, list[tuple[int, Segment]]] = defaultdict(list)
        self._looking: Counter[str] = Counter()

    def film(self, camera: str, span: Span, appears: int, codec: str = "h264") -> Segment:
        """A closed file that shows `span` and is there from `appears` on."""
        number = len(self._files[camera])
        segment = Segment(
            path=f"{camera}/{number:04}.mp4",
            span=span,
            state=SegmentState.COMPLETE,
            size=1000,
            signature=(codec,),
            zero=span.start,
        )
        self._files[camera].append((appears, segment))
        return segment

    def film_live(self, camera: str, start: int, seconds: int, length: int = 5) -> None:
        """Files of `length` seconds from `start` on, each there when it is over."""
        for at in range(start, start + seconds * NANOS, length * NANOS):
            end = at + length * NANOS
            self.film(camera, Span(at, end), appears=end)

    def expire(self, camera: str) -> None:
        """The recorder removes all files of a camera."""
        self._files[camera].clear()

    def away(self) -> str | None:
        """What the test says."""
        return self.gone

    def timeline(self, camera: str, window: Span, now: int) -> Timeline:
        """What there is at `now`, or what the script says."""
        self.looks.append((camera, now))
        self._looking[camera] += 1
        self.most_at_once[camera] = max(self.most_at_once[camera], self._looking[camera])
        try:
            if stalled := self.stalled.get(camera):
                assert stalled.wait(30), "a stalled look was never let go"
            if self.faults[camera]:
                raise self.faults[camera].pop(0)
            return self._timeline(camera, now)
        finally:
            self._looking[camera] -= 1

    def _timeline(self, camera: str, now: int) -> Timeline:
        there = [segment for appears, segment in self._files[camera] if appears <= now]
        if not there:
            return Timeline(camera, known=False)
        return Timeline(
            camera,
            known=True,
            segments=tuple(there),
            oldest=there[0].span.start,
            newest=there[-1].span.end,
            segment_length=there[-1].span.seconds,
        )
