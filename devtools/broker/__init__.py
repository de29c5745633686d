"""Kafka-protocol brokers on loopback for tests, chaos runs and the demo, and a look at their records."""
