"""The commit watermark: the smallest delivered-but-unsettled offset of each partition.

Kafka's committed offset is the next one to read, so committing the watermark never skips work in
flight. Assumes what Kafka guarantees: within one assignment, offsets of a partition are delivered
in ascending order (with holes where records were compacted away or belong to transactions).
"""

from collections.abc import Hashable
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Partition:
    outstanding: dict[int, int] = field(default_factory=dict)
    """Offset to bytes."""
    highest: int = -1


class Watermark:
    """Tracks any number of partitions; keys are whatever names one."""

    def __init__(self) -> None:
        self._partitions: dict[Hashable, _Partition] = {}
        self.bytes = 0
        """Of the records that are delivered and unsettled."""

    def deliver(self, partition: Hashable, offset: int, size: int = 0) -> None:
        """Note that the record at `offset`, of `size` bytes, is in our hands."""
        state = self._partitions.setdefault(partition, _Partition())
        self.bytes += size - state.outstanding.get(offset, 0)
        state.outstanding[offset] = size
        state.highest = max(state.highest, offset)

    def settle(self, partition: Hashable, offset: int) -> None:
        """Note that the record at `offset` needs nothing more; unknown offsets are ignored."""
        if state := self._partitions.get(partition):
            self.bytes -= state.outstanding.pop(offset, 0)

    def following(self, partition: Hashable) -> int | None:
        """The offset after the highest that was delivered; None before anything was."""
        state = self._partitions.get(partition)
        return None if state is None else state.highest + 1

    def position(self, partition: Hashable) -> int | None:
        """The offset that may be committed; None before anything was delivered."""
        state = self._partitions.get(partition)
        if state is None:
            return None
        return min(state.outstanding, default=state.highest + 1)

    @property
    def total(self) -> int:
        """How many records are delivered and unsettled."""
        return sum(len(state.outstanding) for state in self._partitions.values())

    def forget(self) -> None:
        """Drop everything: the partitions were taken away, their records will be delivered again."""
        self._partitions.clear()
        self.bytes = 0
