"""The topics: the only place where their names are spelled, and how each is made."""

from collections.abc import Mapping
from dataclasses import dataclass, field

INCIDENT_REPORTED = "incident.reported.v1"
INCIDENT_BACKFILL = "incident.backfill.v1"
INCIDENT_RETRY = "incident.retry.v1"
CLIP_COMPLETED = "clip.completed.v1"
CLIP_STATUS = "clip.status.v1"
INCIDENT_GROUP = "incident.group.v1"

CONSUMED = (INCIDENT_REPORTED, INCIDENT_BACKFILL, INCIDENT_RETRY)
"""Read by workers in their group; each has a dead-letter topic."""

_DAY_MS = 24 * 60 * 60 * 1000
_MIB = 1024 * 1024
MAX_INPUT_BYTES = 1_048_588
"""Largest batch that the topics of incidents take: Kafka's own default."""
MAX_OUTPUT_BYTES = 4 * _MIB
"""Largest batch that the others take; a producer must allow as much. An answer carries the
incident's annotations and lists its files, a dead letter the whole record and why it is dead."""


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """One topic as it must be. `configs` are Kafka's topic settings; all others are the broker's."""

    name: str
    key: str
    """What the record key means."""
    purpose: str
    partitions: int
    consumed: bool = False
    """Whether workers consume it in their group; it then has a dead-letter topic."""
    configs: Mapping[str, str] = field(default_factory=dict)

    @property
    def compacted(self) -> bool:
        """Whether only the newest record of a key is kept."""
        return self.configs.get("cleanup.policy") == "compact"

    @property
    def retention_ms(self) -> int | None:
        """How long records are kept; None for ever."""
        kept = int(self.configs.get("retention.ms", -1))
        return None if kept < 0 else kept


def dead_letters_of(topic: str) -> str:
    """The name of the topic that takes the dead letters of `topic`."""
    return f"{topic}.dlq"


def all_topics(partitions: int) -> tuple[TopicSpec, ...]:
    """Every topic of ours with `partitions` partitions each, dead-letter topics after their own."""

    def spec(
        name: str, key: str, purpose: str, configs: Mapping[str, str], *, consumed: bool = False
    ) -> TopicSpec:
        return TopicSpec(name, key, purpose, partitions, consumed=consumed, configs=configs)

    taken = (
        spec(INCIDENT_REPORTED, "camera", "Incidents.", _incidents(), consumed=True),
        spec(
            INCIDENT_BACKFILL,
            "camera",
            "Incidents of low priority: replays and imports.",
            _incidents(),
            consumed=True,
        ),
        spec(
            INCIDENT_RETRY,
            "camera",
            "Incidents parked until their footage can be there.",
            _incidents() | {"max.message.bytes": str(MAX_OUTPUT_BYTES)},
            consumed=True,
        ),
    )
    said = (
        spec(CLIP_COMPLETED, "camera", "Answers.", _kept(30)),
        spec(CLIP_STATUS, "clip id", "Where each clip stands; newest wins.", _compacted()),
        spec(INCIDENT_GROUP, "group id", "Answered groups: all clips of one happening.", _kept(30)),
    )
    dead = tuple(
        spec(
            dead_letters_of(topic.name),
            "as in the original",
            f"Records of {topic.name} that can never become an incident.",
            _dead(),
        )
        for topic in taken
    )
    return *(topic for pair in zip(taken, dead, strict=True) for topic in pair), *said


def _incidents() -> dict[str, str]:
    # Retention counts from a record's arrival. By a producer's own time stamp, which may be the
    # time of an old incident, unread incidents would be deleted at once.
    return {
        "cleanup.policy": "delete",
        "retention.ms": str(7 * _DAY_MS),
        "max.message.bytes": str(MAX_INPUT_BYTES),
        "message.timestamp.type": "LogAppendTime",
    }


def _kept(days: int) -> dict[str, str]:
    return {
        "cleanup.policy": "delete",
        "retention.ms": str(days * _DAY_MS),
        "max.message.bytes": str(MAX_OUTPUT_BYTES),
    }


def _compacted() -> dict[str, str]:
    return {"cleanup.policy": "compact", "max.message.bytes": str(MAX_OUTPUT_BYTES)}


def _dead() -> dict[str, str]:
    # A dead letter keeps its original time stamp, so no age is safe: it stays until there are too
    # many (bytes per partition) or someone has dealt with it.
    return {
        "cleanup.policy": "delete",
        "retention.ms": "-1",
        "retention.bytes": str(1024 * _MIB),
        "max.message.bytes": str(MAX_OUTPUT_BYTES),
        "message.timestamp.type": "CreateTime",
    }


NEEDED = frozenset(spec.name for spec in all_topics(1))
"""Without these a worker cannot do its work."""
