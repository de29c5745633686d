"""A record whose header name is no UTF-8: Kafka takes it, most clients cannot make it."""

import struct

from aiokafka import AIOKafkaProducer
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.util import calc_crc32c

NAME = b"\xff\xfeQQ"
SHOWN = "\\xff\\xfeQQ"
_GOOD = b"QQQQ"
_CRC, _CHECKED = 17, 21
"""Where a batch of format 2 has its checksum, and what is checked (source: Kafka's protocol)."""


def batch(*values: bytes, bad: int) -> bytes:
    """A batch of records, of which number `bad` has the header."""
    builder = DefaultRecordBatchBuilder(
        magic=2, compression_type=0, is_transactional=0, producer_id=-1, producer_epoch=-1,
        base_sequence=-1, batch_size=1 << 20,
    )  # fmt: skip
    for i, value in enumerate(values):
        name = _GOOD.decode() if i == bad else "fine"
        builder.append(i, timestamp=1000 + i, key=b"k", value=value, headers=[(name, b"1")])
    return spoilt(builder.build())


def spoilt(data: bytes | bytearray) -> bytes:
    """The same batch with the name made bad and the checksum right."""
    made = bytearray(bytes(data).replace(_GOOD, NAME))
    struct.pack_into(">I", made, _CRC, calc_crc32c(memoryview(made)[_CHECKED:]))
    return bytes(made)


async def produce(address: str, topic: str, *values: bytes, bad: int) -> None:
    """The same, sent to partition 0."""
    producer = AIOKafkaProducer(bootstrap_servers=address, acks="all")
    await producer.start()
    try:
        building = producer.create_batch()
        for i, value in enumerate(values):
            name = _GOOD.decode() if i == bad else "fine"
            building.append(key=b"k", value=value, timestamp=None, headers=[(name, b"1")])
        building.close()
        building._build()
        building._buffer = bytearray(spoilt(building._buffer))
        await (await producer.send_batch(building, topic, partition=0))
    finally:
        await producer.stop()
