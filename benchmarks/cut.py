"""How near the ways of cutting come to copying bytes: `python -m benchmarks.cut [--json PATH]`.

The limit is `raw`: four files are read and written again by 1 MiB into a file that gets its name at
the end. Every way makes the same clip from the same files, in turns, so that a slow moment of the
machine hits all of them; figures are medians, and ratios are to raw by as many processes. Clips are
of 8 MB (720p) and 44 MB (1080p), from plain MP4 and from fragments of a second. Where an image can be
mounted (as root) it is done again on XFS, where clips share blocks with their footage.
"""

import argparse
import asyncio
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import Self

from benchmarks.cut_footage import Footage, make
from benchmarks.cut_ways import WAYS, Job, make_clip
from devtools.loop_image import NoImageError, loop_image
from processors.adapters.cutter_pool import CutterPool
from schemas.clip_settings import Checksum

_PROVEN = {"ours", "ours-exact"}
Row = dict[str, object]
_AT_ONCE = 4
"""Clips that a pool is given in one round."""


@dataclass(frozen=True, slots=True)
class Case:
    """A row to be measured."""

    way: str
    processes: int = 1
    cold: bool = False
    checksum: Checksum = Checksum.NONE
    durable: bool = False
    threads: bool = False
    """Whether threads of one process do it: `processes` of them, compared with as many processes."""
    pool: bool = False
    """Whether the worker's own pool does it, asked by its event loop."""

    @property
    def limit(self) -> "Case":
        """What it is compared with."""
        return Case("raw", self.processes, self.cold, durable=self.durable)

    def row(self) -> Row:
        """What it is, as the results say it."""
        return {
            "way": self.way + ("-threads" if self.threads else "-pool" if self.pool else ""),
            "processes": self.processes,
            "cache": "cold" if self.cold else "hot",
            "checksum": self.checksum.value,
            "durable": self.durable,
            "proven": self.way in _PROVEN,
            "precision": "exact" if "exact" in self.way else "segments",
        }


CASES = [
    *(Case(way) for way in WAYS),
    Case("ours", checksum=Checksum.SHA256),
    Case("ours-unproven", checksum=Checksum.SHA256),
    *([Case("ours", checksum=Checksum.BLAKE3)] if find_spec("blake3") else []),
    Case("raw", processes=2),
    Case("ours", processes=2),
    Case("ours", processes=2, threads=True),
    Case("ours", processes=2, pool=True),
    Case("ours", pool=True),
    Case("ours-exact", processes=2),
    Case("raw", durable=True),
    Case("ours-unproven", durable=True),
    Case("ours", durable=True),
    Case("ours-exact", durable=True),
    Case("ours", checksum=Checksum.SHA256, durable=True),
    Case("raw", cold=True),
    Case("ours", cold=True),
]
XFS_CASES = [
    Case("raw"),
    Case("ours-unproven"),
    Case("ours"),
    Case("ours", checksum=Checksum.SHA256),
    Case("ours-exact"),
    Case("raw", durable=True),
    Case("ours-unproven", durable=True),
    Case("ours", durable=True),
    Case("raw", cold=True),
    Case("ours-unproven", cold=True),
    Case("ours", cold=True),
]
_XFS_SIZE = 1 << 30


@dataclass(slots=True)
class Taken:
    """Of one clip: seconds, and bytes that went through system calls."""

    wall: float
    cpu: float
    read: int
    written: int


class Hands:
    """Who makes the clips of a round."""

    def __init__(self) -> None:
        self._processes = ProcessPoolExecutor(2, mp_context=get_context("forkserver"))
        self._threads = ThreadPoolExecutor(2)
        self._loop = asyncio.Runner()
        self._pool = CutterPool(2)

    def __enter__(self) -> Self:
        self._loop.get_loop().call_soon(self._pool.start)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.run(self._pool.close())
        self._loop.close()
        self._threads.shutdown()
        self._processes.shutdown()

    def make(self, case: Case, jobs: Sequence[Job]) -> None:
        """Makes the clips of a round."""
        if case.pool:
            self._loop.run(self._ask(case.way, jobs))
        elif case.processes > 1:
            executor = self._threads if case.threads else self._processes
            list(executor.map(make_clip, [case.way] * len(jobs), jobs))
        else:
            make_clip(case.way, jobs[0])

    async def _ask(self, way: str, jobs: Sequence[Job]) -> None:
        work = (self._pool.run(make_clip, way, job, seconds=60) for job in jobs)
        await asyncio.gather(*work)


def measure(case: Case, footage: Footage, folder: Path, hands: Hands) -> Taken:
    """One round of a case."""
    count = _AT_ONCE if case.processes > 1 else 1
    jobs = [
        Job(footage, folder / f"{i}.part", durable=case.durable, checksum=case.checksum)
        for i in range(count)
    ]
    if case.cold:
        _forget(footage)
    wall, cpu, moved = time.perf_counter(), _cpu(), _moved()
    hands.make(case, jobs)
    wall, cpu = time.perf_counter() - wall, _cpu() - cpu
    read, written = (after - before for before, after in zip(moved, _moved(), strict=True))
    taken = Taken(wall / count, cpu / count, read, written)
    for path in folder.iterdir():
        path.unlink()
    return taken


def _cpu() -> float:
    """Of this process and of those that it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in used)


def _moved() -> tuple[int, int]:
    """Bytes read and written, by this process and those that it waited for (source: proc_pid_io(5)).

    What is shared or mapped is not among them.
    """
    rows = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(rows["rchar"]), int(rows["wchar"])


def _forget(footage: Footage) -> None:
    for segment in footage.timeline.segments:
        file = os.open(footage.root / segment.path, os.O_RDONLY)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(file)


def rows(
    size: str, layout: str, rounds: int, folder: Path, cases: Sequence[Case] = CASES
) -> Iterable[Row]:
    """All cases on clips of one size and layout."""
    footage = make(folder / f"{size}-{layout}", size, layout)
    out = folder / "out"
    out.mkdir(exist_ok=True)
    system = file_system(out)
    times: dict[Case, list[Taken]] = defaultdict(list)
    with Hands() as hands:
        for i in range(rounds + 1):
            print(f"{system} {size} {layout}: round {i} of {rounds}", file=sys.stderr)
            for case in cases:
                taken = measure(case, footage, out, hands)
                if i:
                    times[case].append(taken)
    walls = {case: statistics.median(t.wall for t in taken) for case, taken in times.items()}
    for case, all_taken in times.items():
        alone = case.processes == 1 and not case.pool
        yield {
            **case.row(),
            "size": size,
            "input": layout,
            "fs": system,
            "clips_per_s": round(1 / walls[case], 1),
            "ratio_to_raw": round(walls[case.limit] / walls[case], 3),
            "cpu_ms": _milliseconds(all_taken) if alone else None,
            "read_bytes": statistics.median_low([t.read for t in all_taken]) if alone else None,
            "written_bytes": statistics.median_low([t.written for t in all_taken])
            if alone
            else None,
        }


def on_xfs(kinds: Sequence[tuple[str, str]], rounds: int, folder: Path) -> list[Row]:
    """The same on an image that is mounted at `folder`; none where this machine cannot."""
    try:
        with loop_image(folder, _XFS_SIZE) as disk:
            return [row for kind in kinds for row in rows(*kind, rounds, disk, XFS_CASES)]
    except NoImageError as exc:
        print(f"nothing is measured on XFS: {exc}", file=sys.stderr)
        return []


def file_system(folder: Path) -> str:
    """Of the mount that `folder` lies on, as the kernel calls it."""
    found, name = "", "unknown"
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, mount, kind, *_ = line.split(" ")
        if len(mount) >= len(found) and folder.resolve().is_relative_to(mount):
            found, name = mount, kind
    return name


def _milliseconds(taken: Sequence[Taken]) -> float:
    return round(statistics.median(t.cpu for t in taken) * 1000, 2)


def show(found: Sequence[Row]) -> None:
    """A table for people."""
    names = list(found[0])
    lines = [names, *([str(row[name]) for name in names] for row in found)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(map(str.ljust, line, widths)))


def main() -> None:
    """Measures what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="where the rows go as one JSON array")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--quick", action="store_true", help="3 rounds, for a first look")
    parser.add_argument("--folder", type=Path, help="on the file system to be measured")
    parser.add_argument("--sizes", default="8MB,44MB")
    parser.add_argument("--inputs", default="mp4,fmp4")
    parser.add_argument("--systems", default="here,xfs", help="where; xfs is an image")
    args = parser.parse_args()
    rounds = 3 if args.quick else args.rounds
    kinds = [(size, kind) for size in args.sizes.split(",") for kind in args.inputs.split(",")]
    found: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="bench-cut-", dir=args.folder) as name:
        folder = Path(name)
        if "here" in args.systems:
            found += [row for kind in kinds for row in rows(*kind, rounds, folder)]
        if "xfs" in args.systems:
            found += on_xfs(kinds, rounds, folder / "xfs")
    if not found:
        raise SystemExit("nothing was measured")
    show(found)
    if args.json:
        args.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
