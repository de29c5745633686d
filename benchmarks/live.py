"""How long after T+after a clip is announced, with footage that grows: `python -m benchmarks.live`.

Cameras film in real time (files of 5 s, parts of 1 s), incidents happen "now", and the delay is that of
the record on `clip.completed.v1` behind the end of its window. The recorder takes its share: a frame
can be read when its part is closed, 0 to 1 s after it was shown.
"""

import argparse
import asyncio
import contextlib
import json
import random
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from aiokafka import AIOKafkaProducer

from devtools.broker.kafka import KafkaBroker
from devtools.broker.records import Record, read_all
from devtools.broker.tansu import TansuBroker
from devtools.installation import FOR_TANSU, Installation
from topics.names import CLIP_COMPLETED, INCIDENT_REPORTED

_GOAL = 1.9
"""Seconds within which 95 % must be announced."""
_BEFORE, _AFTER = 5.0, (0.5, 1.0, 2.0)
_WARM_UP, _LAST = 8.0, 6.0
"""Seconds before the first incident, and after the last one."""
_PERCENTILES = (5, 50, 90, 95, 99)
_CAMERAS = {
    "camera1": ("--gop", "25"),
    "camera2": ("--gop", "50", "--audio", "none"),
    "site/gate-3": ("--gop", "50", "--b-frames", "2", "--audio", "opus"),
}


@dataclass(slots=True)
class Delays:
    """What was measured in one precision."""

    precision: str
    due: dict[str, float] = field(default_factory=dict)
    """When the window of each incident ended, seconds since the epoch."""
    waited: dict[str, float] = field(default_factory=dict)
    """Seconds from then to the answer."""
    partial: list[str] = field(default_factory=list)
    """Incidents whose answer was not complete."""

    def take(self, answer: Record) -> None:
        """The answer to one of ours; a repeat counts as nothing."""
        said = json.loads(answer.value or b"")
        name = said["incident"]["id"]
        if name not in self.due or name in self.waited:
            return
        self.waited[name] = answer.timestamp / 1000 - self.due[name]
        if said["outcome"] != "complete":
            self.partial.append(name)

    def within(self, percent: float) -> float:
        """Within how many seconds so many of them were announced."""
        ordered = sorted(self.waited.values())
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]

    @property
    def good(self) -> bool:
        """Whether all were answered `complete`, and 95 % in time."""
        all_there = self.waited.keys() == self.due.keys() and not self.partial
        return all_there and bool(self.due) and self.within(95) <= _GOAL

    def row(self) -> dict[str, object]:
        """The figures."""
        row: dict[str, object] = {"precision": self.precision, "incidents": len(self.due)}
        row |= {"unanswered": len(self.due) - len(self.waited), "not_complete": len(self.partial)}
        if self.waited:
            row |= {f"p{part}_s": round(self.within(part), 3) for part in _PERCENTILES}
            row["mean_s"] = round(statistics.mean(self.waited.values()), 3)
            row["max_s"] = round(max(self.waited.values()), 3)
        return row | {"goal_p95_s": _GOAL, "good": self.good}


async def measure(address: str, seconds: float, rate: float) -> list[Delays]:
    """Incidents for so long, about `rate` a second, the precisions mixed."""
    found = [Delays("segments"), Delays("exact")]
    chance = random.Random(1)
    producer = AIOKafkaProducer(bootstrap_servers=address, acks="all")
    await producer.start()
    try:
        await asyncio.sleep(_WARM_UP)
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            await _report(producer, chance.choice(found), chance)
            await asyncio.sleep(chance.expovariate(rate))
        await asyncio.sleep(_LAST)
    finally:
        await producer.stop()
    for record in await read_all(address, CLIP_COMPLETED):
        for delays in found:
            delays.take(record)
    return found


async def _report(producer: AIOKafkaProducer, delays: Delays, chance: random.Random) -> None:
    name = f"{delays.precision}-{len(delays.due)}"
    at, camera, after = time.time(), chance.choice(list(_CAMERAS)), chance.choice(_AFTER)
    body = {
        "incident_id": name,
        "camera_id": camera,
        "timestamp": datetime.fromtimestamp(at, UTC).isoformat(),
        "before": _BEFORE,
        "after": after,
        "precision": delays.precision,
    }
    delays.due[name] = at + after
    await producer.send_and_wait(INCIDENT_REPORTED, json.dumps(body).encode(), camera.encode())


def main() -> int:
    """Exit code 0 if every incident was answered `complete`, and in time."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.live", description=__doc__)
    parser.add_argument("--seconds", type=float, default=90)
    parser.add_argument("--rate", type=float, default=2, help="incidents a second")
    parser.add_argument("--broker", choices=["embedded", "kafka"], default="embedded")
    parser.add_argument("--json", type=Path, help="where the rows go as one JSON array")
    args = parser.parse_args()
    kafka = args.broker == "kafka"
    with (
        tempfile.TemporaryDirectory(prefix="bench-live-") as folder,
        contextlib.ExitStack() as all_,
    ):
        kind = KafkaBroker if kafka else TansuBroker
        broker = all_.enter_context(kind(Path(folder) / "broker"))
        site = Installation(Path(folder), broker.address, {} if kafka else FOR_TANSU)
        for name, options in _CAMERAS.items():
            all_.enter_context(site.camera(name, *options))
        created = site.command("topics", "create")
        if created.returncode:
            raise RuntimeError(created.stdout + created.stderr)
        all_.enter_context(site.worker()).until_ready()
        found = asyncio.run(measure(site.address, args.seconds, args.rate))
    rows = [delays.row() for delays in found]
    for row in rows:
        print(json.dumps(row))
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1) + "\n")
    return 0 if all(delays.good for delays in found) else 1


if __name__ == "__main__":
    sys.exit(main())
