"""The cutter alone, for `benchmarks.e2e`: what a worker could do if there were no Kafka."""

import asyncio
import json
import os
import time
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from benchmarks import cpu
from benchmarks.e2e_site import Site
from processors.adapters.cutter_pool import CutterPool, cores
from processors.cutting.planner import plan_cut
from processors.look import Ready
from processors.request import ClipRequest
from processors.window import request
from schemas.clip_settings import Output
from schemas.settings import Footage, Settings
from streams.services import Services
from topics.codec import Reported, decode
from topics.names import INCIDENT_REPORTED
from topics.record import Record

_WARM = 8
"""Clips that are made before anything counts."""


@dataclass(slots=True)
class Taken:
    """Of all clips together."""

    seconds: float
    cpu: float
    bytes: int


def cut_alone(site: Site, folder: Path, count: int) -> Taken:
    """What `count` clips take that are made by the product's cutter and nothing else of it.

    As many at a time as one worker makes; found, planned, cut, proven and synced.
    """
    return asyncio.run(_cut_alone(site, folder, count))


async def _cut_alone(site: Site, folder: Path, count: int) -> Taken:
    settings = Settings(
        footage=Footage(root=folder / "footage", timezone="UTC"),
        output=Output(root=folder / "output-alone"),
    )
    pool = CutterPool(cores())
    pool.start()
    services = Services(settings, pool)
    services.store.open()
    try:
        await _cut_all(services, [_request(site, settings) for _ in range(_WARM)])
        wanted = [_request(site, settings) for _ in range(count)]
        began, used = time.monotonic(), cpu.of_family(os.getpid())
        written = await _cut_all(services, wanted)
        return Taken(time.monotonic() - began, cpu.of_family(os.getpid()) - used, written)
    finally:
        services.store.close()
        services.close()
        await pool.close()


async def _cut_all(services: Services, wanted: list[ClipRequest]) -> int:
    waiting = iter(wanted)

    async def cut_on() -> int:
        return sum([await _cut_one(services, one) for one in waiting])

    return sum(await asyncio.gather(*(cut_on() for _ in range(max(2, cores())))))


def _request(site: Site, settings: Settings) -> ClipRequest:
    _, said = site.incident()
    reported = decode(Record(INCIDENT_REPORTED, 0, 0, None, json.dumps(said).encode(), (), None))
    assert isinstance(reported, Reported)
    found = request(reported, time.time_ns(), UTC, settings.windows)
    assert isinstance(found, ClipRequest)
    return found


async def _cut_one(services: Services, wanted: ClipRequest) -> int:
    found = await asyncio.to_thread(services.job.looker.look_now, wanted)
    assert isinstance(found, Ready)
    plan = plan_cut(
        wanted.window,
        wanted.recorded_at,
        found.timeline,
        found.coverage,
        precision=wanted.precision,
    )
    assert plan is not None
    with services.store.staging(wanted.clip_id) as staging:
        return (await services.cutter.cut(plan, staging / "clip.mp4")).size
