"""Mixed requests against a worker: incidents reported, clips asked for, lists, downloads."""

import asyncio
import random
import re
from datetime import UTC, datetime, timedelta
from time import perf_counter

from aiohttp import ClientError, ClientSession, ClientTimeout

from devtools.load.figures import Figures

_KINDS = {"report": 30, "show": 40, "list": 10, "download": 20}
_RESIDENT = re.compile(r"^process_resident_memory_bytes (\S+)$", re.MULTILINE)
_TIMEOUT = ClientTimeout(total=30)


class Load:
    """A bounded number of requests, several at a time."""

    def __init__(self, url: str, camera: str, seed: int = 1) -> None:
        self._url = url
        self._camera = camera
        self._chance = random.Random(seed)
        self._clips: list[str] = []
        self._videos: set[str] = set()
        self.figures = Figures()

    async def run(self, count: int, at_once: int, seconds: float) -> None:
        """Ask `count` times or for `seconds`, whichever ends first."""
        left = iter(range(count))
        async with ClientSession(self._url, timeout=_TIMEOUT) as session:
            async with asyncio.timeout(seconds) as limit:
                try:
                    await asyncio.gather(*(self._ask(session, left) for _ in range(at_once)))
                except TimeoutError:
                    if not limit.expired():
                        raise

    async def memory(self) -> float:
        """Resident bytes of the worker."""
        async with ClientSession(self._url) as session, session.get("/metrics") as answer:
            found = _RESIDENT.search(await answer.text())
        return float(found[1]) if found else 0.0

    async def _ask(self, session: ClientSession, left: object) -> None:
        for _ in left:  # type: ignore[attr-defined] # an iterator shared by all
            kinds = (
                _KINDS
                if self._videos
                else {"report": 1, "show": 1}
                if self._clips
                else {"report": 1}
            )
            kind = self._chance.choices(list(kinds), list(kinds.values()))[0]
            began = perf_counter()
            try:
                code = await getattr(self, f"_{kind}")(session)
            except (ClientError, TimeoutError, OSError):
                code = 0
            self.figures.note(kind, code, perf_counter() - began)

    async def _report(self, session: ClientSession) -> int:
        at = datetime.now(UTC) - timedelta(seconds=self._chance.uniform(8, 20))
        body = {"camera_id": self._camera, "timestamp": at.isoformat(), "before": 3, "after": 2}
        async with session.post("/clips", json=body) as answer:
            if answer.status == 202:
                self._clips.append((await answer.json())["clip_id"])
            return answer.status

    async def _show(self, session: ClientSession) -> int:
        clip = self._chance.choice(self._clips[-500:])
        async with session.get(f"/clips/{clip}") as answer:
            if answer.status == 200 and (url := (await answer.json())["download_url"]):
                self._videos.add(url)
            return answer.status

    async def _list(self, session: ClientSession) -> int:
        async with session.get("/clips", params={"camera": self._camera, "limit": "20"}) as answer:
            await answer.read()
            return answer.status

    async def _download(self, session: ClientSession) -> int:
        async with session.get(self._chance.choice(sorted(self._videos)[-50:])) as answer:
            await answer.read()
            return answer.status
