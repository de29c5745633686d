"""Bounds the incidents in memory by telling Faust to stop fetching.

Faust's `on_buffer_full`/`on_buffer_drop` stop and restart the fetching of a partition without
dropping what was fetched already; `pause_partitions` would drop it. Faust's own queue and every
rebalance re-enable partitions by themselves, so `apply` is called again and again.
"""

from collections.abc import Iterable
from typing import Any

from faust.types.tuples import TP

_LOW_SHARE = 0.8


class FlowControl:
    """Holds fetching above `high` incidents, lets go below four fifths of it."""

    def __init__(self, high: int) -> None:
        self._high = high
        self._low = int(high * _LOW_SHARE)
        self.holding = False

    def apply(self, held: int, consumer: Any, partitions: Iterable[TP]) -> None:
        """Bring `consumer` in line with the number of incidents held."""
        if held >= self._high:
            self.holding = True
        elif held <= self._low and self.holding:
            self.holding = False
            for partition in partitions:
                consumer.on_buffer_drop(partition)
        if self.holding:
            for partition in partitions:
                consumer.on_buffer_full(partition)
