"""`topics create` and `topics check`: our topics with exactly our partitions and settings."""

import asyncio

import click
from aiokafka.admin import NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, for_code

from schemas.kafka_settings import Kafka
from schemas.settings import Settings
from streams import brokers
from streams.security import SecurityError
from topics.names import TopicSpec, all_topics

_EXISTS = 36
"""Kafka's error code TOPIC_ALREADY_EXISTS."""
_BROKER_DEFAULT = -1
"""Replication factor: whatever the broker's default is (KIP-464)."""
_VISIBLE_WITHIN = 10.0


def command(settings: Settings) -> click.Group:
    """The command group, on these settings."""
    group = click.Group("topics", help="Create or check the topics.")

    @group.command("create")
    def create() -> None:
        """Create what is missing; exit 1 if something exists and differs."""
        specs = all_topics(settings.kafka.partitions)
        _finish(asyncio.run(_guarded(create_and_check(settings.kafka, specs))))

    @group.command("check")
    def check() -> None:
        """Exit 1 if a topic is missing or differs; changes nothing."""
        specs = all_topics(settings.kafka.partitions)
        _finish(asyncio.run(_guarded(differences(settings.kafka, specs))))

    return group


async def create_and_check(kafka: Kafka, specs: tuple[TopicSpec, ...]) -> list[str]:
    """Create missing topics, wait until they are visible; returns what differs, in words."""
    async with brokers.admin(kafka) as client:
        answer = await client.create_topics([_new_topic(spec) for spec in specs])
        for name, code, *_ in answer.topic_errors:
            if code == 0:
                click.echo(f"created {name}")
            elif code != _EXISTS:
                raise for_code(code)(name)
    loop = asyncio.get_running_loop()
    until = loop.time() + _VISIBLE_WITHIN
    while True:
        found = await differences(kafka, specs)
        if not any(line.endswith("is missing") for line in found) or loop.time() > until:
            return found
        await asyncio.sleep(0.2)


def _new_topic(spec: TopicSpec) -> NewTopic:
    # aiokafka wants an explicit (here: empty) assignment before it lets the broker choose.
    return NewTopic(
        spec.name,
        spec.partitions,
        _BROKER_DEFAULT,
        replica_assignments={},
        topic_configs=dict(spec.configs),
    )


async def differences(kafka: Kafka, specs: tuple[TopicSpec, ...]) -> list[str]:
    """What is missing or not as specified, a line each."""
    async with brokers.admin(kafka) as client:
        described = await brokers.describe(client, [spec.name for spec in specs])
        codes = {topic["topic"]: topic["error_code"] for topic in described}
        found = {t["topic"]: len(t["partitions"]) for t in described if t["error_code"] == 0}
        lines = [
            f"{spec.name} may not be seen by this user: grant describe"
            if codes.get(spec.name) == brokers.UNAUTHORIZED
            else _partitions_line(spec, found.get(spec.name))
            for spec in specs
        ]
        present = [spec for spec in specs if spec.name in found]
        lines += await _config_lines(client, present)
    return [line for line in lines if line]


def _partitions_line(spec: TopicSpec, partitions: int | None) -> str:
    if partitions is None:
        return f"{spec.name} is missing"
    if partitions != spec.partitions:
        return (
            f"{spec.name} has {partitions} partitions, not {spec.partitions}: set kafka.partitions "
            "to what is there, or create the topic anew"
        )
    return ""


async def _config_lines(client: object, specs: list[TopicSpec]) -> list[str]:
    resources = [ConfigResource(ConfigResourceType.TOPIC, spec.name) for spec in specs]
    if not resources:
        return []
    lines = []
    for answer in await client.describe_configs(resources):  # type: ignore[attr-defined] # untyped
        for code, _, _, name, entries in answer.resources:
            spec = next(spec for spec in specs if spec.name == name)
            actual = {entry[0]: entry[1] for entry in entries} if code == 0 else {}
            lines += [
                f"{name} has {key}={actual[key]}, not {value}: alter the topic"
                for key, value in spec.configs.items()
                if key in actual and actual[key] != value
            ]
    return lines


async def _guarded(work: object) -> list[str]:
    try:
        return await work  # type: ignore[misc,no-any-return] # a coroutine of ours
    except (brokers.KafkaAwayError, SecurityError, KafkaError) as exc:
        raise click.ClickException(str(exc) or repr(exc)) from exc


def _finish(lines: list[str]) -> None:
    for line in lines:
        click.echo(line, err=True)
    if lines:
        raise SystemExit(1)
    click.echo("all topics are as they should be")
