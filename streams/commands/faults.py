"""What can go wrong between a command and Kafka, told in one line."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import click
from aiokafka.errors import KafkaError

from streams.brokers import KafkaAwayError
from streams.redrive import RefusedError
from streams.replay import ReplayRefusedError
from streams.security import SecurityError
from streams.topic_reader import NoSuchTopicError

T = TypeVar("T")
_FAULTS = (
    KafkaAwayError,
    SecurityError,
    NoSuchTopicError,
    RefusedError,
    ReplayRefusedError,
    KafkaError,
)


def run(work: Coroutine[Any, Any, T]) -> T:
    """`work` to its end; faults that an operator can do something about become exit 1."""
    try:
        return asyncio.run(work)
    except _FAULTS as exc:
        raise click.ClickException(str(exc) or repr(exc)) from exc
