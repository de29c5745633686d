"""From an incident on Kafka to its answer, where the footage is there: `python -m benchmarks.e2e`.

Latency at 10 incidents a second and with as many under way as keep the workers busy, by stage;
clips a second compared with the cutter alone and with ffmpeg spawned for each incident by the same
workers, which find, read, prove, hash and sync as they do for their own clips. Windows of 20 s over
files of 5 s (five of them, 5 MB), sha256 and fsync as they are by default (without fsync in "not
durable"); sender, reader, Apache Kafka and workers share the machine. All times are milliseconds;
`cpu_ms` is what the workers use of the processors for a clip, `beside_ms` what Kafka, sender and
reader do. `load` is that of others, at the start.
"""

import argparse
import asyncio
import contextlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import cpu
from benchmarks.cut import file_system
from benchmarks.e2e_alone import cut_alone
from benchmarks.e2e_site import Site
from benchmarks.e2e_traffic import Told, Traffic
from devtools.installation import Worker
from devtools.stopwatch import Stopwatch
from schemas.clip_settings import Durability, Engine

Row = dict[str, object]
_UNDER_WAY = 16
"""Incidents for each worker at saturation: more than it cuts at once."""
_WARM = 20
"""Clips made before anything counts."""
_FFMPEG = {"CLIPS_CUT__ENGINE": Engine.FFMPEG.value}
_NOT_DURABLE = {"CLIPS_OUTPUT__DURABILITY": Durability.NONE.value}
_STAGES = ("seen_s", "footage_s", "queue_s", "cut_s", "verify_s", "publish_s", "announce_s")


@dataclass(frozen=True, slots=True)
class Case:
    """A row to be measured."""

    name: str
    settings: Mapping[str, str] = field(default_factory=dict)
    """Of the workers, in their environment."""
    workers: int = 1
    rate: float | None = None
    """Incidents a second; None is as many as the workers take."""


class Bench:
    """Measures cases one after the other in one place."""

    def __init__(self, folder: Path, site: Site, scale: float) -> None:
        self._folder = folder
        self._site = site
        self._scale = scale
        self._stopwatch = Stopwatch(sys.stderr)

    def measure(self, case: Case, count: int) -> Row:
        """One case with `count` incidents, fewer if all is scaled down."""
        count = max(20, int(count * self._scale))
        with self._site.workers(
            case.name.replace(" ", "-"), case.settings, case.workers
        ) as workers:
            asyncio.run(self._warm(case))
            used, everybody = _used(workers), cpu.of_family(os.getpid())
            told = asyncio.run(self._told(case, count))
            used, everybody = _used(workers) - used, cpu.of_family(os.getpid()) - everybody
            beside = round((everybody - used) / len(told.answered) * 1000, 1)
            return _row(case, told, workers, used) | {"beside_ms": beside}

    def alone(self, count: int) -> Row:
        """The cutter without Kafka."""
        count = max(20, int(count * self._scale))
        self._tell("cutter alone", f"{count} clips")
        took = cut_alone(self._site, self._folder, count)
        speed = _speed(count, took.seconds, took.cpu, took.bytes)
        return {"case": "cutter alone", "clips": count, **speed}

    async def _warm(self, case: Case) -> None:
        await self._traffic(case).saturated(_WARM * case.workers, _UNDER_WAY)

    async def _told(self, case: Case, count: int) -> Told:
        traffic = self._traffic(case)
        if case.rate is None:
            return await traffic.saturated(count, _UNDER_WAY * case.workers)
        return await traffic.at_rate(count, case.rate, seed=count)

    def _traffic(self, case: Case) -> Traffic:
        return Traffic(self._site, lambda text: self._tell(case.name, text))

    def _tell(self, name: str, text: str) -> None:
        self._stopwatch.tell(f"{name}: {text}")


def _used(workers: Iterable[Worker]) -> float:
    return sum(cpu.of_family(worker.pid) for worker in workers)


def _row(case: Case, told: Told, workers: Iterable[Worker], used: float) -> Row:
    settled = [
        line
        for worker in workers
        for line in worker.said("incident.settled")
        if line["incident_id"] in told.sent and not line["duplicate"]
    ]
    stages = {
        name.removesuffix("_s"): _spread([line[name] for line in settled]) for name in _STAGES
    }
    return {
        "case": case.name,
        "workers": case.workers,
        "rate": case.rate,
        "clips": len(told.answered),
        "incomplete": told.incomplete,
        **_speed(len(told.answered), told.seconds, used, told.bytes),
        **_spread(told.latencies),
        "stages": stages,
    }


def _speed(clips: int, seconds: float, used: float, written: int) -> Row:
    return {
        "cpu_ms": round(used / clips * 1000, 1),
        "clips_per_s": round(clips / seconds, 1),
        "clip_mb": round(written / clips / 1e6, 2),
    }


def _spread(seconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    at = {share: ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.99)}
    return {"p50": round(at[0.5] * 1000, 1), "p99": round(at[0.99] * 1000, 1)}


def run(bench: Bench, workers: Sequence[int]) -> list[Row]:
    """All cases; clips a second at saturation are compared with the two references."""
    steady = bench.measure(Case("10 a second", rate=10), 600)
    hasty = bench.measure(Case("10 not durable", _NOT_DURABLE, rate=10), 300)
    alone = bench.alone(600)
    spawned = bench.measure(Case("spawned ffmpeg", _FFMPEG), 200)
    full = [
        bench.measure(Case(f"saturated {count}", workers=count), 600 * count) for count in workers
    ]
    for row in full:
        row["of_cutter_alone"] = _ratio(row, alone)
        row["of_spawned_ffmpeg"] = _ratio(row, spawned)
    return [steady, hasty, alone, spawned, *full]


def _ratio(row: Row, other: Row) -> float:
    return round(float(str(row["clips_per_s"])) / float(str(other["clips_per_s"])), 2)


def show(found: Iterable[Row]) -> None:
    """What a person wants to know of each row."""
    for row in found:
        stages = row.get("stages")
        words = [f"{name} {value}" for name, value in row.items() if name not in {"case", "stages"}]
        print(f"{row['case']:<16} {'  '.join(words)}")
        if isinstance(stages, dict):
            spans = (f"{name} {at['p50']:g}/{at['p99']:g}" for name, at in stages.items())
            print(f"{'':<16} by stage, p50/p99: {'  '.join(spans)}")


def main() -> int:
    """Measures everything; exit code 0 unless something was not answered."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.e2e", description=__doc__)
    parser.add_argument("--json", type=Path, help="where the rows go as one JSON object")
    parser.add_argument("--quick", action="store_true", help="a tenth of the clips")
    parser.add_argument("--workers", default="1", help="at saturation, such as 1,2,4")
    parser.add_argument("--folder", type=Path, help="on the file system to be measured")
    parser.add_argument("--seed", type=int, default=8)
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-e2e-", dir=args.folder))
    workers = [int(count) for count in args.workers.split(",")]
    machine: Row = {
        "cores": len(os.sched_getaffinity(0)),
        "load": round(os.getloadavg()[0], 1),
        "fs": file_system(folder),
    }
    try:
        with contextlib.ExitStack() as stack:
            site = Site(folder, stack, args.seed)
            found = run(Bench(folder, site, 0.1 if args.quick else 1), workers)
    finally:
        shutil.rmtree(folder)
    print(" ".join(f"{name} {value}" for name, value in machine.items()))
    show(found)
    if args.json:
        args.json.write_text(json.dumps({**machine, "rows": found}, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
