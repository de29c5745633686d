"""Plain Kafka clients beside Faust's: for start-up checks, topic administration and one-off reads."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.conn import create_conn
from aiokafka.errors import (
    CoordinatorNotAvailableError,
    GroupAuthorizationFailedError,
    GroupLoadInProgressError,
    KafkaConnectionError,
    KafkaError,
)
from aiokafka.protocol.metadata import MetadataRequest

from schemas.kafka_settings import Kafka
from streams import security
from topics.names import MAX_OUTPUT_BYTES
from topics.record import Outgoing

_ATTEMPT_SECONDS = 2.0
_LINE_EVERY_SECONDS = 60.0
_PROBE_MS = 3000
UNAUTHORIZED = 29
"""Kafka's error code TOPIC_AUTHORIZATION_FAILED."""

log = structlog.get_logger(__name__)


class KafkaAwayError(Exception):
    """No broker answered, or none let us in; `str()` says which."""


@asynccontextmanager
async def admin(kafka: Kafka) -> AsyncIterator[AIOKafkaAdminClient]:
    """An admin client; raises `KafkaAwayError` if no broker answers."""
    client = AIOKafkaAdminClient(**client_arguments(kafka))
    async with _started(kafka, client, client.close):
        yield client


@asynccontextmanager
async def consumer(kafka: Kafka, group: str | None = None) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer that is assigned by hand and commits (for `group`) when told."""
    client = AIOKafkaConsumer(
        **client_arguments(kafka),
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    async with _started(kafka, client, client.stop):
        yield client


@asynccontextmanager
async def producer(kafka: Kafka) -> AsyncIterator[AIOKafkaProducer]:
    """A producer for many records: acknowledged by all replicas, in batches."""
    client = AIOKafkaProducer(
        **client_arguments(kafka),
        acks="all",
        enable_idempotence=kafka.idempotent_producer,
        linger_ms=5,
        max_request_size=MAX_OUTPUT_BYTES,
    )
    async with _started(kafka, client, client.stop):
        yield client


class PlainOutbox:
    """Acknowledged sends without Faust; raises `KafkaError` instead of trying for ever."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer

    async def send(self, record: Outgoing) -> None:
        """Return when the broker has the record."""
        stamp = None if record.timestamp is None else record.timestamp // 1_000_000
        await self._producer.send_and_wait(
            record.topic,
            record.value,
            record.key,
            timestamp_ms=stamp,
            headers=list(record.headers),
        )


@asynccontextmanager
async def outbox(kafka: Kafka) -> AsyncIterator[PlainOutbox]:
    """Somewhere to send records to; raises `KafkaAwayError` if no broker answers."""
    async with producer(kafka) as client:
        yield PlainOutbox(client)


async def describe(client: AIOKafkaAdminClient, names: Iterable[str]) -> list[dict[str, Any]]:
    """What the broker says of topics. Never makes one, as aiokafka's `describe_topics` may."""
    request = MetadataRequest(sorted(names), allow_auto_topic_creation=False)
    answer = await client._send_request(request)  # noqa: SLF001 - it has no other way to say so
    found: list[dict[str, Any]] = answer.to_object()["topics"]
    return found


async def hindrance(kafka: Kafka, names: frozenset[str]) -> str | None:
    """Why a worker cannot work with the topics `names`, and what to do; None if it can."""
    async with admin(kafka) as client:
        described = await describe(client, names)
        with suppress(CoordinatorNotAvailableError, GroupLoadInProgressError):
            try:
                await client.find_coordinator(kafka.group)
            except GroupAuthorizationFailedError:
                return f"this user may not use the group {kafka.group}: grant read"
    codes = {topic["topic"]: topic["error_code"] for topic in described}
    refused = [name for name in sorted(names) if codes.get(name) == UNAUTHORIZED]
    if refused:
        return f"this user may not see {', '.join(refused)}: grant read or write"
    missing = [name for name in sorted(names) if codes.get(name) != 0]
    return f"topics are missing: {', '.join(missing)}; run `topics create`" if missing else None


async def wait_until_usable(kafka: Kafka, names: frozenset[str]) -> None:
    """Return when the broker answers and has the topics.

    Says once a minute what it waits for; raises `KafkaAwayError` after `kafka.start_timeout`.
    """
    loop = asyncio.get_running_loop()
    began, said = loop.time(), -_LINE_EVERY_SECONDS
    while True:
        try:
            trouble = await hindrance(kafka, names)
        except (KafkaAwayError, KafkaError) as exc:
            trouble = str(exc)
        if trouble is None:
            return
        now = loop.time()
        if now - began > kafka.start_timeout:
            raise KafkaAwayError(f"gave up after {kafka.start_timeout:g} s: {trouble}")
        if now - said >= _LINE_EVERY_SECONDS:
            log.warning("kafka.waiting", reason=trouble, gives_up_after_s=kafka.start_timeout)
            said = now
        await asyncio.sleep(_ATTEMPT_SECONDS)


def client_arguments(kafka: Kafka) -> dict[str, Any]:
    """Keyword arguments of any client of aiokafka; raises `SecurityError`."""
    return {"bootstrap_servers": servers(kafka), **security.client_arguments(kafka.security)}


def servers(kafka: Kafka) -> list[str]:
    """host:port of each bootstrap server."""
    return [server.strip() for server in kafka.bootstrap_servers.split(",")]


@asynccontextmanager
async def _started(kafka: Kafka, client: Any, close: Any) -> AsyncIterator[None]:
    try:
        await client.start()
    except (KafkaError, OSError) as exc:
        await close()
        why = await _refusals(kafka)
        raise KafkaAwayError(f"no broker is of use: {why or exc}") from exc
    try:
        # What aiokafka has begun must have run once, or its end cancels us as well.
        await asyncio.sleep(0)
        yield
    finally:
        await close()


async def _refusals(kafka: Kafka) -> str:
    """Why no bootstrap server lets us in: aiokafka itself says only that it could not."""
    said = []
    for server in servers(kafka):
        host, _, port = server.rpartition(":")
        try:
            link = await create_conn(
                host,
                int(port),
                request_timeout_ms=_PROBE_MS,
                **security.client_arguments(kafka.security),
            )
            link.close()
        except (KafkaError, OSError) as exc:
            said.append(f"{server}: {_in_words(exc)}")
    return "; ".join(_unique(said))


def _in_words(exc: Exception) -> str:
    match exc:
        case ssl.SSLCertVerificationError():
            return (
                f"its certificate is not accepted ({exc.verify_message}): see "
                "kafka.security.ca_file and check_hostname"
            )
        case ssl.SSLError():
            return f"TLS fails ({exc.reason}): see kafka.security.protocol and cert_file"
        case ConnectionRefusedError():
            return "connection refused"
        case TimeoutError() | ConnectionError() | KafkaConnectionError():
            return "the connection ends at once or says nothing: does kafka.security fit it?"
        case OSError():
            return exc.strerror or repr(exc)
        case _:
            return f"{exc} (see kafka.security)"


def _unique(lines: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(lines))
