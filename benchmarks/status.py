"""How the list of clips does with many clips: filling, opening, one clip, every kind of page.

python -m benchmarks.status [--clips 1000000]
"""

import argparse
import random
import statistics
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from uuid import UUID

from processors.adapters.read_model import ReadModel
from processors.clip_query import ClipQuery
from processors.span import Span
from schemas.http import ClipView
from schemas.instant import to_ns
from schemas.reason import Outcome
from schemas.status import ClipStatus, Stage
from tests import answers, statuses
from tests.statuses import AT

_BATCH = 1000
_CAMERAS, _TYPES = 200, ("intrusion", "fire", "line_crossing", "loitering", None)
_LOOKS = 300


def _clips(count: int) -> Iterator[ClipStatus]:
    """Clips as a year brings them: most done, some failed, a few on their way."""
    chance = random.Random(7)
    done = statuses.answered("x", answers.complete("x", b"video"))
    failed = statuses.answered("x", answers.failed("x"))
    waiting = statuses.unanswered("x")
    for number in range(count):
        kind = chance.choices((done, failed, waiting), (950, 49, 1))[0]
        yield kind.model_copy(
            update={
                "clip_id": str(UUID(int=chance.getrandbits(128), version=4)),
                "camera_id": f"camera{chance.randrange(_CAMERAS)}",
                "type": chance.choice(_TYPES),
                "incident_at": AT + timedelta(seconds=number * 30),
            }
        )


def _fill(model: ReadModel, count: int) -> float:
    began, done, source = perf_counter(), 0, _clips(count)
    while batch := list(islice(source, _BATCH)):
        model.fold(batch, {0: done})
        done += len(batch)
        if done % 50_000 == 0:
            print(f"  {done} clips, {done / (perf_counter() - began):.0f} a second", flush=True)
    return perf_counter() - began


def _time(name: str, look: Callable[[], object]) -> None:
    took = []
    for _ in range(_LOOKS):
        began = perf_counter()
        look()
        took.append((perf_counter() - began) * 1000)
    took.sort()
    print(
        f"  {name:<44} median {statistics.median(took):7.2f} ms   "
        f"99 % {took[int(_LOOKS * 0.99)]:7.2f} ms"
    )


def _measure(model: ReadModel, count: int) -> None:
    chance = random.Random(8)
    last = AT + timedelta(seconds=count * 30)
    page = model.page(ClipQuery(limit=500)).clips
    known = [ClipView.model_validate_json(clip).clip_id for clip in page]
    middle = Span(to_ns(AT + (last - AT) / 2), to_ns(AT + (last - AT) / 2 + timedelta(hours=1)))
    deep = ClipQuery(span=Span(0, middle.start))
    _time("one clip", lambda: model.get_json(chance.choice(known)))
    _time("a clip that nobody knows", lambda: model.get_json("nobody"))
    queries = {
        "the newest 50": ClipQuery(),
        "the newest 500": ClipQuery(limit=500),
        "50 in the middle of all": deep,
        "an hour in the middle": ClipQuery(span=middle),
        "one camera": ClipQuery(camera="camera7"),
        "failed": ClipQuery(outcome=Outcome.FAILED),
        "partial (there are none)": ClipQuery(outcome=Outcome.PARTIAL),
        "waiting, of one camera": ClipQuery(camera="camera7", status=Stage.WAITING),
        "one camera, one type, failed": ClipQuery(
            camera="camera7", type="fire", outcome=Outcome.FAILED
        ),
        "an unknown camera": ClipQuery(camera="nowhere"),
    }
    for name, query in queries.items():
        _time(name, partial(model.page, query))


def main() -> int:
    """Fill a list and say how long everything takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=1_000_000)
    count = parser.parse_args().clips
    with TemporaryDirectory() as folder:
        path = Path(folder) / "clips.sqlite"
        model = ReadModel(path)
        model.open()
        took = _fill(model, count)
        model.close()
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
        print(f"filled with {count} clips in {took:.0f} s, {size / 1e6:.0f} MB")
        began = perf_counter()
        model.open()
        print(f"opened in {(perf_counter() - began) * 1000:.0f} ms")
        _measure(model, count)
        model.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
