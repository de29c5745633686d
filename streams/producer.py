"""Faust's producer, made safe: acknowledged by all replicas, and of use again after a refusal.

An idempotent producer numbers its batches. aiokafka 0.14 counts a batch that the broker refused (too
large, not allowed), so that the broker then misses a number and refuses all that follow in that
partition, for ever (`OutOfOrderSequenceNumber`). Apache Kafka's own client takes a new producer id
then (source: apache/kafka, TransactionManager.java), and so do we.
"""

import logging
from collections.abc import Mapping
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.producer.transaction_manager import (
    NO_PRODUCER_EPOCH,
    NO_PRODUCER_ID,
    PidAndEpoch,
)
from aiokafka.util import create_future
from faust.transport.drivers.aiokafka import Producer

_FAUST_LOG = logging.getLogger("faust")
"""For Faust's own chatter, which would otherwise carry the name of this module."""


class SafeProducer(Producer):  # type: ignore[misc] # Faust is untyped here
    """Acknowledged by all replicas, without duplicates from retries where the broker can."""

    logger = _FAUST_LOG

    def _settings_extra(self) -> Mapping[str, Any]:
        return {"acks": "all", "enable_idempotence": self.app.idempotent_producer}

    async def send_and_wait(self, *args: Any, **kwargs: Any) -> Any:
        """As Faust's; after an error the next batch begins a new numbering."""
        try:
            return await super().send_and_wait(*args, **kwargs)
        except KafkaError:
            if self._producer is not None:
                renew_identity(self._producer)
            raise


def renew_identity(producer: AIOKafkaProducer) -> None:
    """Let `producer` take a new id before its next batch; one on its way keeps the old one."""
    numbering = producer._txn_manager  # noqa: SLF001 - see the module
    if numbering is None or not numbering.has_pid():
        return
    numbering._pid_and_epoch = PidAndEpoch(NO_PRODUCER_ID, NO_PRODUCER_EPOCH)  # noqa: SLF001
    numbering._pid_waiter = create_future()  # noqa: SLF001
    numbering._sequence_numbers.clear()  # noqa: SLF001
