"""One Apache Kafka node (KRaft, broker and controller in one), alone or one of several."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from devtools.broker.broker import BrokerError, ChildBroker
from devtools.broker.kafka.runtime import java
from devtools.port import free_port

_CLUSTER = "MkU3OEVBNTcwNTJENDM2Qk"
"""Any UUID in base64."""


@dataclass(frozen=True, slots=True)
class Node:
    """Where one node listens."""

    id: int = 1
    port: int = field(default_factory=free_port)
    controller_port: int = field(default_factory=free_port)


class KafkaBroker(ChildBroker):
    """Apache Kafka on loopback; records live in `folder` and survive stop and kill.

    `cluster` lists all nodes when there are several: `launch()` each, then `await_answer(3)`.
    `properties` are added to its configuration and win over ours.
    """

    name = "Apache Kafka"
    durable = True

    def __init__(
        self,
        folder: Path,
        node: Node | None = None,
        *,
        cluster: tuple[Node, ...] = (),
        properties: Mapping[str, str] | None = None,
    ) -> None:
        self.node = node or Node()
        self.cluster = cluster or (self.node,)
        self.properties = {**configuration(self.node, self.cluster, folder), **(properties or {})}
        self.format_options: tuple[str, ...] = ()
        """Further arguments of the formatting, e.g. users."""
        super().__init__(folder, self.node.port)

    def command(self) -> tuple[list[str | Path], dict[str, str]]:
        """Argv of a start; the first one formats the storage."""
        file = self.folder / "server.properties"
        file.write_text("".join(f"{key}={value}\n" for key, value in self.properties.items()))
        if not (self.folder / "data" / "meta.properties").exists():
            _format(file, self.format_options)
        return java("kafka.Kafka", file, options=("-Xms64m", "-Xmx256m")), {}


def _format(properties: Path, options: tuple[str, ...]) -> None:
    argv = java("kafka.tools.StorageTool", "format", "-t", _CLUSTER, "-c", properties, *options)
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise BrokerError(
            f"Apache Kafka's storage cannot be formatted:\n{done.stdout}{done.stderr}"
        )


def configuration(node: Node, cluster: tuple[Node, ...], folder: Path) -> dict[str, str]:
    """`server.properties` of `node`: small, quick to start and quick to notice a dead node."""
    copies = str(min(3, len(cluster)))
    in_sync = str(max(1, len(cluster) - 1))
    client, control = f"127.0.0.1:{node.port}", f"127.0.0.1:{node.controller_port}"
    return {
        "process.roles": "broker,controller",
        "node.id": str(node.id),
        "controller.quorum.voters": ",".join(
            f"{n.id}@127.0.0.1:{n.controller_port}" for n in cluster
        ),
        "listeners": f"PLAINTEXT://{client},CONTROLLER://{control}",
        "advertised.listeners": f"PLAINTEXT://{client}",
        "inter.broker.listener.name": "PLAINTEXT",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "log.dirs": str(folder.absolute() / "data"),
        "default.replication.factor": copies,
        "min.insync.replicas": in_sync,
        "offsets.topic.replication.factor": copies,
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": in_sync,
        "transaction.state.log.num.partitions": "4",
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": in_sync,
        "share.coordinator.state.topic.num.partitions": "1",
        "group.initial.rebalance.delay.ms": "0",
        "group.min.session.timeout.ms": "2000",
        # The default of 9 s makes a killed node wait 12 s until the controller lets it in again.
        "broker.session.timeout.ms": "2000",
        "broker.heartbeat.interval.ms": "500",
        # 128 MB by default, too much for a heap of 256.
        "log.cleaner.dedupe.buffer.size": "16777216",
        # A topic that nobody created must be an error, not one with a partition count by chance.
        "auto.create.topics.enable": "false",
    }
