"""How the topics are reached, and when too much goes to the dead letters."""

from typing import Self

from pydantic import Field, model_validator

from schemas.kafka_security import Security
from schemas.section import Section
from schemas.units import Duration


class Kafka(Section):
    """Where the topics are."""

    bootstrap_servers: str = Field(
        default="127.0.0.1:9092",
        pattern=r"^[^\s,]+:\d+(,\s*[^\s,]+:\d+)*$",
        description="host:port, several separated by commas.",
    )
    group: str = Field(
        default="incident-clips", min_length=1, description="Consumer group, exactly this."
    )
    instance_id: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9._-]{1,249}$",
        description="Static membership: another one for each worker, the same after its restart.",
    )
    security: Security = Security()
    partitions: int = Field(
        default=12, ge=1, le=1000, description="Partitions of each topic that we create."
    )
    session_timeout: Duration = Field(
        default=6.0, description="Silence after which the group takes a worker's partitions away."
    )
    heartbeat_interval: Duration = Field(
        default=1.5, description="Well below a third of the session timeout."
    )
    idempotent_producer: bool = Field(
        default=True, description="Off only for brokers that cannot: the embedded demo broker."
    )
    fetch_wait: Duration | None = Field(
        default=None,
        description="How long a fetch waits for data; null is Faust's own. For the demo broker.",
    )
    start_timeout: Duration = Field(
        default=600.0, description="How long a worker waits for Kafka at its start before exit 1."
    )
    unassigned_timeout: Duration = Field(
        default=60.0, description="A worker without partitions for this long ends with exit 1."
    )

    @model_validator(mode="after")
    def _heartbeat_fits(self) -> Self:
        if self.heartbeat_interval * 3 > self.session_timeout:
            msg = (
                f"kafka.heartbeat_interval ({self.heartbeat_interval:g}s) must be at most a third "
                f"of kafka.session_timeout ({self.session_timeout:g}s)"
            )
            raise ValueError(msg)
        return self


class Dlq(Section):
    """When too much goes to the dead letters, a worker stops instead."""

    max_ratio: float | None = Field(
        default=0.5,
        ge=0,
        le=1,
        description="Share of dead letters among the recent records of a worker; null = any.",
    )
    max_consecutive: int | None = Field(
        default=100, ge=0, description="Dead letters in a row; null = any number."
    )
