"""Bounds the incidents in memory by telling Faust to stop fetching a topic.

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
    """Holds a topic above its share of `most` incidents, lets go below four fifths of that."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: set[str] = set()

    @property
    def holding(self) -> frozenset[str]:
        """Topics that are not being fetched."""
        return frozenset(self._held)

    def apply(
        self, incidents: int, consumer: Any, partitions: Iterable[TP], *, stopped: bool = False
    ) -> None:
        """Bring `consumer` in line with the number of incidents in memory; `stopped` holds all."""
        if stopped:
            for partition in partitions:
                consumer.on_buffer_full(partition)
            return
        for partition in partitions:
            topic = partition.topic
            high = self._most * _SHARES.get(topic, 1.0)
            if incidents >= high:
                self._held.add(topic)
            elif incidents <= high * _LOW_SHARE and topic in self._held:
                consumer.on_buffer_drop(partition)
                continue
            if topic in self._held:
                consumer.on_buffer_full(partition)
        self._held = {
            topic
            for topic in self._held
            if incidents > self._most * _SHARES.get(topic, 1.0) * _LOW_SHARE
        }
