"""No incident that is due is left without a look, whenever it comes."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

from streams.lookout import Lookout


class Looks:
    """A `ClipJob` of which only looks are wanted, and a registry that holds everything."""

    looker: Any

    def __init__(self) -> None:
        self.looker = self

    def look_all(self, requests: Sequence[Any]) -> list[str]:
        return [f"looked at {request.clip_id}" for request in requests]

    def holds(self, _: Any) -> bool:
        return True


def due(clip_id: str) -> Any:
    return SimpleNamespace(
        request=SimpleNamespace(camera="camera1", window=clip_id, clip_id=clip_id)
    )


def test_what_comes_just_when_a_look_ends_is_looked_at_too() -> None:
    async def scene(lookers: ThreadPoolExecutor) -> list[str]:
        loop, all_seen = asyncio.get_running_loop(), asyncio.Event()
        seen: list[str] = []
        double: Any = Looks()

        def tell(job: Any, look: Any) -> None:
            seen.append(look)
            if job.request.clip_id == "first":
                loop.call_soon(lookout.look, [due("second")])
            else:
                all_seen.set()

        lookout = Lookout(double, double, lookers, tell)
        lookout.look([due("first")])
        async with asyncio.timeout(5):
            await all_seen.wait()
        return seen

    with ThreadPoolExecutor(1) as lookers:
        assert asyncio.run(scene(lookers)) == ["looked at first", "looked at second"]
