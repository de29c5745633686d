"""Bounds the incidents in memory, and their bytes, by telling Faust to stop fetching a topic.

Faust's `on_buffer_full`/`on_buffer_drop` stop and restart the fetching of a partition without
dropping what was fetched already; `pause_partitions` would drop it. Faust's own queue and every
rebalance re-enable partitions by themselves, so `apply` is called again and again.

Live incidents may fill the memory; parked ones only half of it and backfill a quarter, so that what
can wait never keeps out what cannot.
"""

from collections.abc import Iterable
from typing import Any

from faust.types.tuples import TP

from topics.names import INCIDENT_BACKFILL, INCIDENT_RETRY

_SHARES = {INCIDENT_RETRY: 0.5, INCIDENT_BACKFILL: 0.25}
_LOW_SHARE = 0.8


class FlowControl:
    """Holds a topic above its share of what may be in memory, lets go below four fifths of that."""

    def __init__(self, most: int, most_bytes: int) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._held: set[str] = set()

    def holds(self, topic: str) -> bool:
        """Whether nothing more of that topic is fetched for now."""
        return topic in self._held

    def apply(
        self,
        incidents: int,
        size: int,
        consumer: Any,
        partitions: Iterable[TP],
        *,
        stopped: bool = False,
    ) -> None:
        """Bring `consumer` in line with the incidents in memory and their bytes (`size`).

        `stopped` holds all.
        """
        full = max(incidents / self._most, size / self._most_bytes)
        if stopped:
            for partition in partitions:
                consumer.on_buffer_full(partition)
            return
        for partition in partitions:
            topic = partition.topic
            high = _SHARES.get(topic, 1.0)
            if full >= high:
                self._held.add(topic)
            elif full <= high * _LOW_SHARE and topic in self._held:
                consumer.on_buffer_drop(partition)
                continue
            if topic in self._held:
                consumer.on_buffer_full(partition)
        self._held = {topic for topic in self._held if full > _SHARES.get(topic, 1.0) * _LOW_SHARE}
