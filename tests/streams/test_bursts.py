"""Incidents that come together: nobody waits for a turn of no use, and nothing is read twice."""

import asyncio
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError

from processors.look import Ready
from processors.request import ClipRequest
from processors.window import request
from schemas.clip_settings import Output
from schemas.incident import Incident
from schemas.instant import NANOS
from schemas.settings import Footage, Settings
from streams.services import Services
from tests.fakes.clock import NOON
from tests.fakes.recordings import ScriptedRecordings
from tests.fakes.rig import Rig
from tests.fakes.virtual_time import run
from tests.recordings import SMALL, take
from topics.cloudevents import Envelope
from topics.codec import Reported
from topics.names import CLIP_COMPLETED

AT = datetime(2026, 11, 24, 8, 23, 40, tzinfo=UTC)
"""Recorded by camera1, with what lies around it."""


def test_the_next_is_cut_while_one_is_announced(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path, cutters=1).working() as rig:
            rig.film()
            rig.sender.refuse = lambda record: (
                KafkaConnectionError() if record.topic == CLIP_COMPLETED else None
            )
            for number in range(5):
                rig.report(f"i-{number}", at=NOON - (10 + number) * NANOS)
            await asyncio.sleep(60)
            assert len(rig.cutter.plans) == 2, "but no more than one, however long Kafka is away"
            rig.sender.refuse = lambda _: None
            await rig.stream.until(5)

    run(scene())


def test_what_comes_during_a_look_is_looked_at_right_after_it(tmp_path: Path) -> None:
    """In real time: fifty incidents of five windows on one camera within a moment."""
    recordings = ScriptedRecordings()
    go = recordings.stalled["camera1"] = threading.Event()

    async def scene() -> None:
        with ThreadPoolExecutor(2) as lookers:
            async with Rig(tmp_path, recordings=recordings, lookers=lookers).working() as rig:
                try:
                    rig.film()
                    rig.report("first", at=rig.clock.now() - 10 * NANOS)
                    while not recordings.looks:  # noqa: ASYNC110 - that is in a thread
                        await asyncio.sleep(0.001)
                    at = rig.clock.now() - 11 * NANOS
                    for number in range(50):
                        rig.report(f"i-{number}", at=at - number % 5 * NANOS)
                    await asyncio.sleep(0.1)
                finally:
                    go.set()
                await asyncio.wait_for(rig.stream.until(51), 20)

                assert len(recordings.looks) == 1 + 5, "each window once"
                assert len(rig.cutter.plans) == 1 + 5
                assert len({answer.clip_id for answer in rig.answers}) == 51

    asyncio.run(scene())


def test_the_first_of_a_crowd_is_cut_before_the_last_is_looked_at(tmp_path: Path) -> None:
    async def scene() -> None:
        async with Rig(tmp_path).working() as rig:
            rig.film(ago=3000, seconds=3000)
            for number in range(500):
                rig.report(f"i-{number}", at=NOON - (10 + number) * NANOS)
            await rig.cutter.begun()
            assert len(rig.recordings.looks) < 500
            await rig.stream.until(500)
            assert len(rig.recordings.looks) == len(rig.cutter.plans) == 500

    run(scene())


@pytest.mark.media
def test_fifty_incidents_of_a_window_read_its_footage_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counts what is read of recordings, by looks and by cuts."""
    read: list[int] = []
    into, out = os.preadv, os.pread

    def counted_into(file: int, buffers: Any, at: int) -> int:
        read.append(into(file, buffers, at))
        return read[-1]

    def counted_out(file: int, length: int, at: int) -> bytes:
        data = out(file, length, at)
        read.append(len(data))
        return data

    take(SMALL / "mediamtx_clips/camera1", tmp_path / "footage/camera1")
    services = _services(tmp_path)
    monkeypatch.setattr(os, "preadv", counted_into)
    monkeypatch.setattr(os, "pread", counted_out)
    try:
        _answered(services, ["warm", "up"])
        read.clear()
        two = _answered(services, ["one", "two"])
        by_two, read[:] = sum(read), []
        fifty = _answered(services, [f"i-{number}" for number in range(50)])
        assert (len(two), len(fifty)) == (2, 50)
        assert sum(read) == by_two > 0
    finally:
        services.store.close()
        services.close()


def _answered(services: Services, names: list[str]) -> set[str]:
    """Clip ids of incidents with these names, looked at and cut together."""
    looks = services.job.looker.look_all([_asked(services, name) for name in names])
    ready = [look for look in looks if isinstance(look, Ready)]
    made = asyncio.run(services.job.answer_all(ready))
    assert made is not None
    return {one.answer.clip_id for one in made}


def _services(folder: Path) -> Services:
    settings = Settings(
        footage=Footage(root=folder / "footage", timezone="UTC"),
        output=Output(root=folder / "output"),
    )
    services = Services(settings)
    services.store.open()
    return services


def _asked(services: Services, name: str) -> ClipRequest:
    incident = Incident(camera_id="camera1", timestamp=AT, before=5, after=4)
    said = Reported(incident, Envelope(source="here"), incident_id=name)
    asked = request(said, time.time_ns(), UTC, services.settings.windows)
    assert isinstance(asked, ClipRequest)
    return asked
