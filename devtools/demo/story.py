"""One incident on its way: reported to the topic, followed on two others until it is answered."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from devtools.broker.records import Message, Record, follow, produce
from devtools.demo.proof import Played, UnplayableError, play
from devtools.demo.screen import Screen
from devtools.demo.stage import CAMERA, Stage
from topics.names import CLIP_COMPLETED, CLIP_STATUS, INCIDENT_REPORTED

_TICK = 0.2
_PATIENCE = 90
"""Seconds until an incident must be answered."""
_KINDS = ("person at the gate", "car in the yard", "parcel at the door", "dog on the lawn")


class Story:
    """Reports incidents and tells what becomes of them. Use as an async context manager."""

    def __init__(self, stage: Stage, screen: Screen) -> None:
        self._stage = stage
        self._screen = screen
        self._records: asyncio.Queue[Record] = asyncio.Queue()
        self._count = 0

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        """Reads the topics as any consumer would, as long as it is open."""
        reader = asyncio.create_task(self._read())
        try:
            yield
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)

    async def tell(self) -> bool:
        """One incident from report to clip. True if the clip is complete and plays to its end."""
        incident = await self._report()
        began = time.monotonic()
        record, answer = await self._answer(incident["incident_id"], began)
        self._screen.step("answered", _place(record), time.monotonic() - began)
        if self._count == 1:
            self._screen.data(answer)
        return await self._show(answer)

    async def pause(self, seconds: float) -> None:
        """Waits for the next incident, with an eye on the processes."""
        began = time.monotonic()
        while (waited := time.monotonic() - began) < seconds:
            self._screen.progress(f"the next incident comes after {seconds:.0f} s", waited)
            self._stage.check()
            await asyncio.sleep(_TICK)

    async def _report(self) -> dict[str, Any]:
        now = datetime.now(UTC)
        incident = {
            "incident_id": f"demo-{now:%H%M%S}",
            "camera_id": CAMERA,
            "timestamp": now.isoformat().replace("+00:00", "Z"),
            "type": _KINDS[self._count % len(_KINDS)],
            "annotations": {"score": 0.97},
        }
        self._count += 1
        message = Message(json.dumps(incident).encode(), key=CAMERA.encode())
        await produce(self._stage.broker.address, INCIDENT_REPORTED, [message])
        self._screen.title(f"Incident {self._count}, produced to {INCIDENT_REPORTED}")
        self._screen.data(incident)
        return incident

    async def _answer(self, incident_id: str, began: float) -> tuple[Record, dict[str, Any]]:
        text = "waiting for a worker"
        while (waited := time.monotonic() - began) < _PATIENCE:
            self._screen.progress(text, waited)
            self._stage.check()
            with contextlib.suppress(TimeoutError):
                record = await asyncio.wait_for(self._records.get(), _TICK)
                said: dict[str, Any] = json.loads(record.value or b"{}")
                if record.topic == CLIP_COMPLETED and said["incident"]["id"] == incident_id:
                    return record, said
                if said.get("incident_id") == incident_id:
                    text = _in_words(said)
        raise TimeoutError(f"no answer to incident {incident_id} within {_PATIENCE} s")

    async def _show(self, answer: dict[str, Any]) -> bool:
        if answer["video"] is None:
            self._screen.fault(f"{answer['outcome']}: {answer['reason']}")
            return False
        clip = self._stage.output / answer["video"]["path"]
        try:
            played = await asyncio.to_thread(play, clip)
        except UnplayableError as exc:
            self._screen.fault(str(exc))
            return False
        self._screen.step("plays", _seen(played))
        self._screen.note("clip", self._stage.shown(clip))
        files = [self._stage.output / item["path"] for item in answer["annotation_files"].values()]
        self._screen.note(
            "beside it", f"{self._stage.shown(files[0])} {' '.join(f.suffix for f in files[1:])}"
        )
        self._screen.note("its page", f"{self._stage.here}/watch/{answer['clip_id']}")
        self._screen.note("its video", f"{self._stage.here}{answer['video']['download_url']}")
        missing = [file.name for file in files if not file.is_file()]
        if missing or answer["outcome"] != "complete":
            self._screen.fault(
                f"{', '.join(missing)} missing" if missing else f"the clip is {answer['outcome']}"
            )
            return False
        return True

    async def _read(self) -> None:
        events = follow(self._stage.broker.address, CLIP_STATUS, CLIP_COMPLETED)
        async with contextlib.aclosing(events):
            async for record in events:
                self._records.put_nowait(record)


def _place(record: Record) -> str:
    key = (record.key or b"").decode()
    return f"on {record.topic}, partition {record.partition}, offset {record.offset}, key {key}"


def _in_words(status: dict[str, Any]) -> str:
    waiting_for = status.get("waiting_for")
    return f"{status['status']}: {waiting_for}" if waiting_for else str(status["status"])


def _seen(played: Played) -> str:
    return (
        f"{played.frames} pictures decoded to the last, {played.seconds:.1f} s, "
        f"{played.width}x{played.height}, {played.codecs}"
    )
