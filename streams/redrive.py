"""Sends dead letters back to where they came from, once the reason why they died is mended.

How far that has come is kept by Kafka, as the offsets of a group that nobody is a member of:
`<group>.dlq-redrive`, and `<group>.dlq-redrive.<reason>` for redrives of one reason. A letter is
done with if it lies before the offset of either. Offsets are committed after a batch was
acknowledged, so an interrupted redrive goes on where it was and repeats a batch at most; a repeated
incident gives the same clip. Kafka forgets such offsets after `offsets.retention.minutes` (7 days).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.kafka_settings import Kafka
from schemas.reason import DeadLetterReason
from streams import brokers
from streams.shipment import Progress, Shipment
from streams.topic_reader import Span, partitions_of, read, whole
from topics.dead_letter import unwrap
from topics.record import Outgoing, Record
from topics.redriving import Place, Places, Refused, redriven


class RefusedError(Exception):
    """A letter cannot be redriven; `str()` says which and why."""


@dataclass(slots=True)
class Count:
    """Dead letters of one topic and reason."""

    letters: int = 0
    waiting: int = 0
    """Not redriven yet."""
    oldest: str = ""
    """When the first of them died, RFC 3339."""
    newest: str = ""


@dataclass(slots=True)
class Tally:
    """What became of the letters."""

    redriven: int = 0
    skipped: list[str] = field(default_factory=list)
    """Why some could not be redriven, a line each."""


def group_of(kafka: Kafka, reason: str | None) -> str:
    """The group whose offsets say how far redrives have come."""
    return f"{kafka.group}.dlq-redrive" + (f".{reason}" if reason else "")


async def places(kafka: Kafka, partitions: Sequence[TopicPartition]) -> Places:
    """How far redrives have come in a dead-letter topic."""
    own = {word.value: await _place(kafka, partitions, word.value) for word in DeadLetterReason}
    return Places(await _place(kafka, partitions, None), own)


async def count(kafka: Kafka, topic: str) -> dict[str, Count]:
    """What the dead-letter topic holds, by reason; "" for what is no dead letter of ours."""
    partitions = await partitions_of(kafka, topic)
    done = await places(kafka, partitions)
    counts: dict[str, Count] = {}
    async with brokers.consumer(kafka) as consumer:
        async for batch in read(consumer, await whole(consumer, partitions)):
            for record in batch:
                letter = unwrap(record)
                reason, at = (letter.reason, letter.at) if letter else ("", "")
                found = counts.setdefault(reason, Count(oldest=at, newest=at))
                found.letters += 1
                found.waiting += not done.is_behind(record, reason)
                found.oldest, found.newest = min(found.oldest, at), max(found.newest, at)
    return counts


async def find(kafka: Kafka, topic: str, partition: int, offset: int) -> Record | None:
    """One record of `topic`; None if it is not (or no more) there."""
    wanted = TopicPartition(topic, partition)
    if wanted not in await partitions_of(kafka, topic):
        return None
    async with brokers.consumer(kafka) as consumer:
        span = (await whole(consumer, [wanted]))[wanted]
        if not span.start <= offset < span.stop:
            return None
        async for batch in read(consumer, {wanted: Span(offset, offset + 1)}):
            return batch[0]
    return None


async def _place(kafka: Kafka, partitions: Sequence[TopicPartition], reason: str | None) -> Place:
    async with brokers.consumer(kafka, group_of(kafka, reason)) as consumer:
        consumer.assign(partitions)
        return {tp.partition: await consumer.committed(tp) or 0 for tp in partitions}


class Redrive:
    """One run over one dead-letter topic: letters of `reason` (None: of every reason)."""

    def __init__(
        self,
        topic: str,
        reason: str | None,
        shipment: Shipment,
        progress: Progress,
        *,
        skip: bool,
    ) -> None:
        self.tally = Tally()
        self._topic = topic
        self._reason = reason
        self._shipment = shipment
        self._progress = progress
        self._skip = skip
        self._chosen: list[Outgoing] = []
        self._read: dict[TopicPartition, int] = {}

    async def run(self, kafka: Kafka, most: int | None) -> Tally:
        """Redrive at most so many; raises `RefusedError` at one that cannot be, unless `skip`."""
        partitions = await partitions_of(kafka, self._topic)
        done = await places(kafka, partitions)
        async with brokers.consumer(kafka, group_of(kafka, self._reason)) as consumer:
            spans = {
                tp: Span(max(span.start, done.start(tp.partition, self._reason)), span.stop)
                for tp, span in (await whole(consumer, partitions)).items()
            }
            async for batch in read(consumer, spans):
                for record in batch:
                    if most is not None and self.tally.redriven + len(self._chosen) >= most:
                        await self._flush(consumer)
                        return self.tally
                    await self._take(record, done, consumer)
                await self._flush(consumer)
        return self.tally

    async def _take(self, record: Record, done: Places, consumer: AIOKafkaConsumer) -> None:
        verdict = redriven(record, done, self._reason)
        if isinstance(verdict, Refused):
            if not self._skip:
                await self._flush(consumer)
                raise RefusedError(verdict.why)
            self.tally.skipped.append(verdict.why)
        elif verdict is not None:
            self._chosen.append(verdict)
        self._read[TopicPartition(record.topic, record.partition)] = record.offset + 1
        if len(self._chosen) >= self._shipment.slice:
            await self._flush(consumer)

    async def _flush(self, consumer: AIOKafkaConsumer) -> None:
        """Send what was chosen, acknowledged; then commit."""
        refused = [why for why in await self._shipment.send(self._chosen) if why]
        if refused and not self._skip:
            raise RefusedError(refused[0])
        sent = len(self._chosen) - len(refused)
        self.tally.redriven += sent
        self.tally.skipped += refused
        self._progress.add(sent)
        if self._read:
            await consumer.commit(self._read)
        self._chosen, self._read = [], {}
