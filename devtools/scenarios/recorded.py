"""The scenarios of real recordings: the whole product, in both precisions."""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from devtools.scenarios.reader import Reader
from devtools.scenarios.row import Row, compare
from devtools.scenarios.windows import Window, read_windows
from processors.look import Stale
from processors.request import ClipRequest
from processors.span import Span
from schemas.clip import ClipCompleted
from schemas.clip_settings import Output
from schemas.incident import Precision
from schemas.instant import NANOS, from_ns
from schemas.settings import Footage, Settings
from streams.services import Services

NO_CLIP = "4a4c5a0b-3e0f-5a57-9f0e-0d6f3ad1a001"


def rows(footage: Path, only: str = "") -> Iterator[Row]:
    """Each window (those of which the words hold `only`) in each precision."""
    reader = Reader(footage)
    for window in (window for window in read_windows(footage) if only in window.what):
        minutes = _minutes(window)
        expected, frames = reader.expected(
            window.truth, window.start, window.end, [window.folder], minutes
        )
        fps = json.loads(window.truth.read_text())["fps"]
        for precision in Precision:
            with TemporaryDirectory(prefix="scenario-") as folder:
                output = Path(folder)
                answer = answer_to(window, precision, output)
                faults = faults_of(reader, window.truth, answer, output, frames)
                yield compare(
                    window.what,
                    precision,
                    expected,
                    answer,
                    frame=round(NANOS / fps),
                    faults=faults,
                )


def answer_to(window: Window, precision: Precision, output: Path) -> ClipCompleted:
    """What the product makes of a window."""
    services = Services(
        Settings(
            footage=Footage(root=window.root, pattern=window.pattern, timezone=window.zone),
            output=Output(root=output),
        )
    )
    span = Span(window.start, window.end)
    at = window.start + span.length * 3 // 4
    wanted = ClipRequest(NO_CLIP, "i-1", window.camera, at, span, precision, span.end)
    services.store.open()
    try:
        made = asyncio.run(services.job.answer(services.job.looker.look_now(wanted)))
    finally:
        services.store.close()
        services.close()
    assert not isinstance(made, Stale), "nothing changes any more"
    return made.answer


def faults_of(
    reader: Reader, truth: Path, answer: ClipCompleted, output: Path, frames: list[int]
) -> list[str]:
    """What the clip's pictures say against it. A frame at either edge may be rounding."""
    if answer.video is None:
        return []
    seen, faults = reader.shown(output / answer.video.path, truth)
    lost = set(frames[1:-1]).difference(seen)
    if lost:
        faults.append(f"{len(lost)} frames not shown, such as {min(lost)}")
    if answer.precision is Precision.EXACT and frames:
        more = [n for n in seen if not frames[0] - 1 <= n <= frames[-1] + 1]
        faults += [f"{len(more)} frames outside, such as {more[0]}"] if more else []
    return faults


def _minutes(window: Window) -> int:
    offset = from_ns(window.start).astimezone(ZoneInfo(window.zone)).utcoffset() or timedelta()
    return offset // timedelta(minutes=1)
