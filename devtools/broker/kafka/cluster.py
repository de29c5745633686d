"""Several Apache Kafka nodes on loopback: each record on three of them, acknowledged by two."""

import asyncio
import time
from itertools import cycle
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from devtools.broker.broker import BrokerError, Managed
from devtools.broker.kafka.node import KafkaBroker, Node

_IN_SYNC_WITHIN = 60.0


class KafkaCluster(Managed):
    """A `Broker` of several nodes, whose crash is that of one node, another one each time."""

    name = "Apache Kafka cluster"
    durable = True

    def __init__(self, folder: Path, count: int = 3) -> None:
        cluster = tuple(Node(id=number) for number in range(1, count + 1))
        self.nodes = [KafkaBroker(folder / str(n.id), n, cluster=cluster) for n in cluster]
        self._next = cycle(self.nodes)

    @property
    def address(self) -> str:
        """host:port of each, separated by commas."""
        return ",".join(node.address for node in self.nodes)

    @property
    def running(self) -> bool:
        """Whether all of them live."""
        return all(node.running for node in self.nodes)

    def start(self) -> None:
        """Starts those that do not run; returns when each knows all."""
        for node in self.nodes:
            node.launch()
        for node in self.nodes:
            node.await_answer(len(self.nodes))

    def stop(self) -> None:
        """Ends all in order."""
        for node in self.nodes:
            node.stop()

    def kill(self) -> None:
        """Ends one as a crash does (SIGKILL)."""
        next(self._next).kill()

    def restart(self) -> None:
        """Rolling: one after the other, each when all replicas are in sync again."""
        for node in self.nodes:
            node.stop()
            self.start()
            asyncio.run(self.in_sync())

    async def in_sync(self) -> None:
        """Return when every replica has caught up."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.address)
        await admin.start()
        try:
            until = time.monotonic() + _IN_SYNC_WITHIN
            while await _behind(admin):
                if time.monotonic() > until:
                    raise BrokerError("replicas do not catch up")
                await asyncio.sleep(0.2)
        finally:
            await admin.close()


async def _behind(admin: AIOKafkaAdminClient) -> bool:
    try:
        topics = await admin.describe_topics()
    except KafkaError:
        return True
    partitions = [partition for topic in topics for partition in topic["partitions"]]
    return any(len(p["isr"]) < len(p["replicas"]) for p in partitions)
