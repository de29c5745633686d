"""Clients of a broker, for commands."""

import asyncio

import pytest

from devtools.broker.broker import Broker
from schemas.kafka_settings import Kafka
from streams import brokers


@pytest.mark.embedded
def test_a_client_may_end_as_soon_as_it_has_begun(embedded_broker: Broker) -> None:
    async def work() -> str:
        async with brokers.consumer(Kafka(bootstrap_servers=embedded_broker.address)):
            pass
        return "ended"

    assert asyncio.run(work()) == "ended"
