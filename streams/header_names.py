"""Lets records be read whose header names are not UTF-8, which Kafka takes and aiokafka 0.14 does not.

There, such a name raises when the record is taken out of the fetched bytes. Nothing moves past it:
the record is fetched again and again, and one producer stops every consumer of the partition. Here
the bytes are read once more by aiokafka's own slower reader, and what is no UTF-8 is written as
escapes. Overridden internals, so on the proven aiokafka only, see `check_faust`.
"""

from collections.abc import Iterator
from typing import Any, Final

import structlog
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords, _MemoryRecordsPy

_NEWEST_FORMAT: Final = 2
"""The only one with headers (source: Kafka's message formats v0, v1 and v2)."""

log = structlog.get_logger(__name__)


class _Lenient(bytearray):
    """Bytes that can always be decoded."""

    def __getitem__(self, at: Any) -> Any:
        part = super().__getitem__(at)
        return _Lenient(part) if isinstance(at, slice) else part

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        del errors
        return super().decode(encoding, "backslashreplace")


class _LenientBatch(_DefaultRecordBatchPy):  # type: ignore[misc] # aiokafka is untyped here
    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()
        self._buffer: _Lenient = _Lenient(self._buffer)


class _LenientRecords(_MemoryRecordsPy):  # type: ignore[misc] # aiokafka is untyped here
    def next_batch(self) -> Any:
        found = self._next_slice
        if found is None or found[self.MAGIC_OFFSET] < _NEWEST_FORMAT:
            return super().next_batch()
        self._cache_next()
        return _LenientBatch(found)


class _Kept:
    """aiokafka's quick reader, with the bytes that it reads."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        quick = MemoryRecords(data)
        self.has_next = quick.has_next
        self.next_batch = quick.next_batch
        self.size_in_bytes = quick.size_in_bytes


class _PartitionRecords(fetcher.PartitionRecords):  # type: ignore[misc] # aiokafka is untyped here
    def _unpack_records(self) -> Iterator[Any]:
        try:
            yield from super()._unpack_records()
        except UnicodeDecodeError as exc:
            # What was given out already is left out the second time, by `next_fetch_offset`.
            log.warning(
                "kafka.header_name_not_utf8",
                topic=self._tp.topic,
                partition=self._tp.partition,
                offset=self.next_fetch_offset,
                name=str(exc.object),
                effect="the name is read with escapes",
            )
            kept: _Kept = self._records  # type: ignore[has-type] # of aiokafka
            self._records = _LenientRecords(kept.data)
            yield from super()._unpack_records()


def tolerate() -> None:
    """Let all consumers of this process read such records."""
    fetcher.MemoryRecords = _Kept
    fetcher.PartitionRecords = _PartitionRecords
