"""`POST /clips`: an incident reported over HTTP goes the same way as any other, through the topic."""

import asyncio
import json
from contextlib import suppress

from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from processors import status
from processors.errors import ReadModelError
from processors.request import ClipRequest
from processors.window import is_ahead, request
from schemas.http import ClipAccepted, ClipView
from schemas.incident import Text
from schemas.instant import from_ns
from schemas.problem import ProblemType
from schemas.reason import DeadLetterReason
from schemas.status import Stage
from streams.http.body import read_body
from streams.http.parts import Parts
from streams.http.problems import RETRY_AFTER, ProblemError
from topics import announcement, codec
from topics.json_tree import JsonError, read_json
from topics.names import INCIDENT_REPORTED
from topics.record import Outgoing, Record

KEY = "Idempotency-Key"
_CARRIED = ("traceparent", "tracestate")
_PROBLEMS = {
    DeadLetterReason.MALFORMED: ProblemType.MALFORMED,
    DeadLetterReason.INVALID: ProblemType.INVALID,
    DeadLetterReason.TOO_LONG: ProblemType.TOO_LONG,
    DeadLetterReason.NO_SUCH_TIME: ProblemType.NO_SUCH_TIME,
}
_TEXT: TypeAdapter[str] = TypeAdapter(Text)


class Reporting:
    """Takes incidents over HTTP."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def post(self, asked: web.Request) -> web.Response:
        """Answer 202 once the broker has the incident."""
        if not self._parts.accepting():
            detail = "this worker is starting or leaving: send it again later"
            raise ProblemError(ProblemType.NOT_READY, detail, RETRY_AFTER)
        body = await read_body(asked, self._parts.settings.http.body_timeout)
        key = asked.headers.get(KEY)
        if key is not None:
            body = _keyed(body, key)
        record = self._record(asked, body)
        wanted = self._understood(record)
        await self._report(wanted, record, reused=key is not None)
        accepted = ClipAccepted(
            clip_id=wanted.clip_id,
            status=Stage.PENDING,
            message="Clip request submitted successfully",
        )
        return web.Response(
            status=202,
            body=accepted.model_dump_json().encode(),
            content_type="application/json",
            headers={"Location": f"/clips/{wanted.clip_id}"},
        )

    def _record(self, asked: web.Request, body: bytes) -> Record:
        """The request as the record that it will be."""
        carried = tuple(
            (name, asked.headers[name].encode()) for name in _CARRIED if name in asked.headers
        )
        return Record(
            topic=INCIDENT_REPORTED,
            partition=0,
            offset=0,
            key=None,
            value=body,
            headers=(("content-type", asked.content_type.encode()), *carried),
            timestamp=self._parts.clock.now(),
        )

    def _understood(self, record: Record) -> ClipRequest:
        """What a worker will make of the record; raises `ProblemError` where that is nothing."""
        windows = self._parts.settings.windows
        now = record.timestamp or 0
        said = codec.decode(record)
        wanted: ClipRequest | codec.Reported | codec.Malformed | codec.Ignored = said
        if isinstance(said, codec.Reported):
            setup = self._parts.setups.of(said.incident.camera_id)
            wanted = request(said, now, setup.zone, windows, setup.clock_offset)
        if isinstance(wanted, codec.Malformed):
            problem = _PROBLEMS.get(wanted.reason, ProblemType.INVALID)
            raise ProblemError(problem, wanted.message)
        if isinstance(wanted, codec.Ignored):
            raise ProblemError(ProblemType.MALFORMED, wanted.message)
        assert isinstance(wanted, ClipRequest)
        if is_ahead(wanted, now, windows):
            raise ProblemError(
                ProblemType.IN_FUTURE,
                f"timestamp {from_ns(wanted.at):%Y-%m-%dT%H:%M:%SZ} lies further ahead than "
                f"windows.max_ahead = {windows.max_ahead:g} s: check the clock and the time zone, "
                "or report it when it has happened",
            )
        return wanted

    async def _report(self, wanted: ClipRequest, record: Record, *, reused: bool) -> None:
        """Have the broker keep the incident; raises `ProblemError`."""
        known = await self._known(wanted.clip_id)
        if reused and known is not None and not _same(known, wanted):
            raise ProblemError(
                ProblemType.KEY_REUSED,
                f"{KEY} was used for {known.start_time:%Y-%m-%dT%H:%M:%SZ} to "
                f"{known.end_time:%H:%M:%SZ} of {known.camera_id} before: take a new one",
            )
        incident = Outgoing(
            topic=INCIDENT_REPORTED,
            key=wanted.camera.encode(),
            value=record.value,
            headers=record.headers,
        )
        now = self._parts.clock.now()
        pending = status.unfinished(wanted, Stage.PENDING, now, now)
        limit = self._parts.settings.http.ack_timeout
        try:
            async with asyncio.timeout(limit):
                if known is None:
                    # First, so that it can never stand behind the answer in the compacted topic.
                    await self._parts.outbox.send(announcement.status(pending))
                await self._parts.outbox.send(incident)
        except TimeoutError:
            raise ProblemError(
                ProblemType.BROKER_AWAY,
                f"Kafka has not acknowledged the incident within {limit:g} s: send it again "
                "later, which gives the same clip",
                RETRY_AFTER,
            ) from None
        if known is None:
            with suppress(ReadModelError):  # the topic will tell it anyway
                await asyncio.to_thread(self._parts.clips.fold, (pending,))

    async def _known(self, clip_id: str) -> ClipView | None:
        with suppress(ReadModelError):
            return await asyncio.to_thread(self._parts.clips.get, clip_id)
        return None


def _same(known: ClipView, wanted: ClipRequest) -> bool:
    asked = (from_ns(wanted.window.start), from_ns(wanted.window.end))
    return (known.start_time, known.end_time) == asked


def _keyed(body: bytes, key: str) -> bytes:
    """The incident with `key` as its id, as if the producer had written it; raises `ProblemError`."""
    try:
        _TEXT.validate_python(key)
        tree = read_json(body)
    except ValidationError:
        detail = f"{KEY} = {key[:40]!r}: use 1 to 256 printable characters"
        raise ProblemError(ProblemType.INVALID, detail) from None
    except JsonError as exc:
        raise ProblemError(ProblemType.MALFORMED, str(exc)) from exc
    if not isinstance(tree, dict):
        return body
    given = tree.get("incident_id") or (tree.get("id") if "specversion" in tree else None)
    if given is None and "specversion" not in tree:
        return json.dumps(tree | {"incident_id": key}, ensure_ascii=False).encode()
    if given != key:
        detail = f"{KEY} = {key[:40]!r} is not the incident's own id: leave one of them out"
        raise ProblemError(ProblemType.INVALID, detail)
    return body
