"""Apache Kafka from Maven's jars: the reference that everything is proven on."""

from devtools.broker.kafka.cluster import KafkaCluster
from devtools.broker.kafka.node import KafkaBroker, Node
from devtools.broker.kafka.runtime import missing
from devtools.broker.kafka.secure import SecureKafka

__all__ = ["KafkaBroker", "KafkaCluster", "Node", "SecureKafka", "missing"]
