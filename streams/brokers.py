"""Plain Kafka clients beside Faust's: for start-up checks, topic administration and one-off reads."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from schemas.settings import Kafka
from topics.names import MAX_OUTPUT_BYTES
from topics.record import Outgoing

_ATTEMPT_SECONDS = 2.0
_LINE_EVERY_SECONDS = 60.0

log = structlog.get_logger(__name__)


class KafkaAwayError(Exception):
    """No broker answered."""


@asynccontextmanager
async def admin(kafka: Kafka) -> AsyncIterator[AIOKafkaAdminClient]:
    """An admin client; raises `KafkaAwayError` if no broker answers."""
    client = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    try:
        await client.start()
    except (KafkaError, OSError) as exc:
        await client.close()
        raise KafkaAwayError(f"no broker answers at {kafka.bootstrap_servers}") from exc
    try:
        yield client
    finally:
        await client.close()


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
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka.bootstrap_servers,
        acks="all",
        enable_idempotence=kafka.idempotent_producer,
        max_request_size=MAX_OUTPUT_BYTES,
    )
    try:
        await producer.start()
    except (KafkaError, OSError) as exc:
        await producer.stop()
        raise KafkaAwayError(f"no broker answers at {kafka.bootstrap_servers}") from exc
    try:
        yield PlainOutbox(producer)
    finally:
        await producer.stop()


async def missing_topics(kafka: Kafka, names: frozenset[str]) -> frozenset[str]:
    """Those of `names` that the broker does not have."""
    async with admin(kafka) as client:
        return names - set(await client.list_topics())


async def wait_until_usable(kafka: Kafka, names: frozenset[str]) -> None:
    """Return when the broker answers and has the topics.

    Says once a minute what it waits for; raises `KafkaAwayError` after `kafka.start_timeout`.
    """
    loop = asyncio.get_running_loop()
    began, said = loop.time(), -_LINE_EVERY_SECONDS
    while True:
        try:
            missing = await missing_topics(kafka, names)
            trouble = f"topics are missing: {', '.join(sorted(missing))}; run `topics create`"
        except (KafkaAwayError, KafkaError) as exc:
            missing, trouble = names, str(exc)
        if not missing:
            return
        now = loop.time()
        if now - began > kafka.start_timeout:
            raise KafkaAwayError(f"gave up after {kafka.start_timeout:g} s: {trouble}")
        if now - said >= _LINE_EVERY_SECONDS:
            log.warning("kafka.waiting", reason=trouble, gives_up_after_s=kafka.start_timeout)
            said = now
        await asyncio.sleep(_ATTEMPT_SECONDS)
