"""Hints from a watch that may fail at any time."""

import asyncio
from collections.abc import AsyncIterator

from structlog.testing import capture_logs

from processors.errors import FootageError
from streams.watcher import Watcher
from tests.fakes.virtual_time import run


def test_what_changes_is_hinted_at_and_a_failed_watch_is_told_and_tried_again() -> None:
    async def scene() -> list[str]:
        hints: list[str] = []
        begun = 0

        async def changes() -> AsyncIterator[frozenset[str]]:
            nonlocal begun
            begun += 1
            yield frozenset({f"camera{begun}"})
            raise FootageError("footage.root cannot be watched: no space for watches")

        watcher = Watcher(changes, hints.append)
        watcher.start()
        await asyncio.sleep(70)
        await watcher.stop()
        await asyncio.sleep(200)
        return hints

    with capture_logs() as lines:
        assert run(scene()) == ["camera1", "camera2"]
    assert [line["event"] for line in lines] == ["footage.watch_failed"] * 2
