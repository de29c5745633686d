"""`dlq list|show|redrive`: what lies in the dead-letter topics, and back with it."""

import json

import click

from schemas.kafka_settings import Kafka
from schemas.reason import DeadLetterReason
from schemas.settings import Settings
from streams import brokers, redrive
from streams.commands.faults import run
from streams.redrive import Count, Redrive, Tally
from streams.shipment import Progress, Shipment
from topics.dead_letter import unwrap
from topics.names import CONSUMED, dead_letters_of
from topics.record import Record

_TOPICS = tuple(dead_letters_of(topic) for topic in CONSUMED)


def command(settings: Settings) -> click.Group:
    """The command group, on these settings."""
    group = click.Group("dlq", help="Look at dead letters and send them back.")
    for make in (_list, _show, _redrive):
        group.add_command(make(settings.kafka))
    return group


def _list(kafka: Kafka) -> click.Command:
    @click.command("list")
    @click.option("--json", "as_json", is_flag=True, help="One object a line.")
    def list_(*, as_json: bool) -> None:
        """Count the dead letters by topic and reason."""
        rows = run(_count(kafka, _TOPICS))
        for topic, reason, found in rows:
            row = {
                "topic": topic,
                "reason": reason or "no dead letter of ours",
                "letters": found.letters,
                "waiting": found.waiting,
                "oldest": found.oldest,
                "newest": found.newest,
            }
            click.echo(json.dumps(row) if as_json else "  ".join(map(_cell, row.items())))
        if not rows:
            click.echo("there are no dead letters", err=True)

    return list_


def _cell(item: tuple[str, object]) -> str:
    name, value = item
    widths = {"topic": 26, "reason": 12, "letters": 7, "waiting": 7}
    text = f"{value} {name}" if isinstance(value, int) else str(value)
    return text.ljust(widths.get(name, 0))


def _show(kafka: Kafka) -> click.Command:
    @click.command("show")
    @click.option("--topic", type=click.Choice(_TOPICS), default=_TOPICS[0], show_default=True)
    @click.option("--partition", type=click.IntRange(min=0), required=True)
    @click.option("--offset", type=click.IntRange(min=0), required=True)
    @click.option("--hex", "as_hex", is_flag=True, help="The value in hexadecimal.")
    def show(*, topic: str, partition: int, offset: int, as_hex: bool) -> None:
        """Show one dead letter; where to find it, the log line `incident.dead` and lists say."""
        record = run(redrive.find(kafka, topic, partition, offset))
        if record is None:
            raise click.ClickException(f"there is nothing at {topic} {partition}/{offset}")
        click.echo("\n".join(_in_words(record, as_hex=as_hex)))

    return show


def _in_words(record: Record, *, as_hex: bool) -> list[str]:
    letter = unwrap(record)
    lines = [f"place    {record.topic} {record.partition}/{record.offset}"]
    if letter is not None:
        origin = letter.origin
        lines += [
            f"origin   {origin.topic} {origin.partition}/{origin.offset}",
            f"reason   {letter.reason}: {letter.message}",
            f"died     {letter.at}, of {letter.version}",
        ]
    headers = letter.original.headers if letter else record.headers
    lines += [f"header   {name}: {_text(value)}" for name, value in headers]
    value = _text(record.value, as_hex=as_hex)
    return [*lines, f"key      {_text(record.key)}", f"value    {value}"]


def _text(value: bytes | None, *, as_hex: bool = False) -> str:
    """As text where it is some, else (or on request) in hexadecimal."""
    if value is None:
        return "null"
    text = value.decode(errors="replace")
    readable = "\N{REPLACEMENT CHARACTER}" not in text and (
        text.replace("\n", "").replace("\t", "").isprintable()
    )
    return text if readable and not as_hex else f"0x{value.hex()}"


def _redrive(kafka: Kafka) -> click.Command:
    @click.command("redrive")
    @click.option("--topic", type=click.Choice(_TOPICS), help="Only this; all by default.")
    @click.option("--reason", type=click.Choice([w.value for w in DeadLetterReason]))
    @click.option("--max", "most", type=click.IntRange(min=1), help="At most so many letters.")
    @click.option("--rate", type=click.FloatRange(min=0, min_open=True), help="Letters a second.")
    @click.option("--on-error", type=click.Choice(["stop", "skip"]), default="stop")
    @click.option("--execute", is_flag=True, help="Do it; else only say what would be done.")
    def redrive_(
        *,
        topic: str | None,
        reason: str | None,
        most: int | None,
        rate: float | None,
        on_error: str,
        execute: bool,
    ) -> None:
        """Send dead letters back to the topics they came from, once what killed them is mended.

        An interrupted redrive goes on where it was when the same command is given again.
        """
        topics = (topic,) if topic else _TOPICS
        if not execute:
            _foretell(run(_count(kafka, topics)), reason, most)
            return
        tally = Tally()
        try:
            run(_execute(kafka, topics, reason, most, rate, skip=on_error == "skip", tally=tally))
        finally:
            for line in tally.skipped:
                click.echo(f"skipped: {line}", err=True)
            click.echo(f"{tally.redriven} redriven, {len(tally.skipped)} skipped")

    return redrive_


def _foretell(rows: list[tuple[str, str, Count]], reason: str | None, most: int | None) -> None:
    chosen = [row for row in rows if row[2].waiting and reason in (None, row[1])]
    for topic, word, found in chosen:
        click.echo(f"{topic}  {word or 'no dead letter of ours'}  {found.waiting}")
    total = sum(found.waiting for _, _, found in chosen)
    click.echo(f"{total if most is None else min(total, most)} would be redriven: add --execute")


async def _count(kafka: Kafka, topics: tuple[str, ...]) -> list[tuple[str, str, Count]]:
    return [
        (topic, reason, found)
        for topic in topics
        for reason, found in sorted((await redrive.count(kafka, topic)).items())
    ]


async def _execute(
    kafka: Kafka,
    topics: tuple[str, ...],
    reason: str | None,
    most: int | None,
    rate: float | None,
    *,
    skip: bool,
    tally: Tally,
) -> None:
    progress = Progress("redriven", most)
    async with brokers.producer(kafka) as producer:
        shipment = Shipment(producer, rate)
        for topic in topics:
            left = None if most is None else most - tally.redriven
            work = Redrive(topic, reason, shipment, progress, skip=skip)
            try:
                await work.run(kafka, left)
            finally:
                tally.redriven += work.tally.redriven
                tally.skipped += work.tally.skipped
    progress.end()
