"""Sends earlier incidents again, in the backfill lane, for workers to deal with.

The range is fixed when a replay begins. How far it has come is written down after each acknowledged
batch, so an interrupted one goes on where it was and repeats a batch at most; a repeated incident
gives the same clip. The live group and its offsets are never touched.
"""

import asyncio
from collections.abc import Iterator

from processors.adapters.replay_log import ReplayLog
from processors.replaying import Chooser, Forecast
from schemas.replay import ReplayState
from streams.replay_source import Source
from streams.shipment import Progress, Shipment
from topics.cloudevents import ReplayMode
from topics.record import Outgoing, Record
from topics.replaying import replayed


class ReplayRefusedError(Exception):
    """The broker does not take a record; `str()` says why."""


async def foretell(source: Source, chooser: Chooser) -> Forecast:
    """What a replay would send, without sending anything."""
    async for batch in source.read(await source.positions()):
        await asyncio.to_thread(lambda records: [chooser.takes(r) for r in records], batch)
    return chooser.forecast


class Replay:
    """One run of a replay: from its beginning, or from where an earlier run has left it."""

    def __init__(
        self,
        state: ReplayState,
        *,
        mode: ReplayMode | None,
        chooser: Chooser,
        log: ReplayLog,
        shipment: Shipment,
        progress: Progress,
    ) -> None:
        self.state = state
        self._mode = mode
        self._chooser = chooser
        self._log = log
        self._shipment = shipment
        self._progress = progress

    async def run(self, source: Source, most: int | None) -> ReplayState:
        """Send (at most so many in this run); returns the state that is written down."""
        left = most
        async for batch in source.read(self.state.positions):
            taken = await asyncio.to_thread(self._choose, batch)
            for part in _parts(taken, self._shipment.slice):
                done, chosen = _cut(part, left)
                await self._send(done, chosen)
                left = None if left is None else left - len(chosen)
                if len(done) < len(part):
                    return self.state
        self._write(finished=True)
        return self.state

    def _choose(self, batch: list[Record]) -> list[tuple[Record, bool]]:
        return [(record, self._chooser.takes(record)) for record in batch]

    async def _send(self, done: list[Record], chosen: list[Record]) -> None:
        records: list[Outgoing] = [replayed(r, self.state.id, self._mode) for r in chosen]
        refused = [why for why in await self._shipment.send(records) if why]
        if refused:
            raise ReplayRefusedError(refused[0])
        self._progress.add(len(chosen))
        moved = {r.partition: (r.offset + 1, self.state.positions[r.partition][1]) for r in done}
        self.state = self.state.model_copy(
            update={
                "positions": self.state.positions | moved,
                "sent": self.state.sent + len(chosen),
            }
        )
        await asyncio.to_thread(self._write)

    def _write(self, *, finished: bool = False) -> None:
        self.state = self.state.model_copy(update={"finished": finished})
        self._log.save(self.state)


def _parts(taken: list[tuple[Record, bool]], most: int) -> Iterator[list[tuple[Record, bool]]]:
    """In order, so that at most `most` of each part are chosen."""
    part: list[tuple[Record, bool]] = []
    chosen = 0
    for record, wanted in taken:
        if wanted and chosen == most:
            yield part
            part, chosen = [], 0
        part.append((record, wanted))
        chosen += wanted
    if part:
        yield part


def _cut(part: list[tuple[Record, bool]], left: int | None) -> tuple[list[Record], list[Record]]:
    """What is dealt with, and what of it is sent, when only `left` more may be sent."""
    done: list[Record] = []
    chosen: list[Record] = []
    for record, wanted in part:
        if wanted:
            if left is not None and len(chosen) >= left:
                break
            chosen.append(record)
        done.append(record)
    return done, chosen
