"""Says what is read next of all that was fetched: live incidents first, and of each partition its share.

aiokafka 0.14 empties one partition after the other. With thousands of records of one busy camera or of
parked incidents fetched already, what came to any other partition would stand behind all of them.
"""

from collections.abc import Collection
from collections.abc import Set as AbstractSet
from typing import Any

from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import Fetcher, FetchResult

from topics.names import INCIDENT_REPORTED

_FOR_OTHERS = 10
"""Other topics have a tenth while something is live: reading what is parked costs the most, and can wait."""

Records = dict[TopicPartition, list[Any]]


async def shares(fetcher: Fetcher, partitions: AbstractSet[TopicPartition], most: int) -> Records:
    """About `most` records that were fetched already, of no partition more than its share.

    Empty where there are none, and where aiokafka has to tell an error or is about to lose partitions.
    """
    fetched = {tp: got for tp, got in fetcher._records.items() if tp in partitions}  # noqa: SLF001 - nobody tells it
    if fetcher._subscriptions.reassignment_in_progress or not all(  # noqa: SLF001 - as above
        isinstance(got, FetchResult) for got in fetched.values()
    ):
        return {}
    live = {tp for tp in fetched if tp.topic == INCIDENT_REPORTED}
    found = await _take(fetcher, live, most)
    others = most // _FOR_OTHERS if found else most
    return found | await _take(fetcher, fetched.keys() - live, others)


async def _take(fetcher: Fetcher, partitions: Collection[TopicPartition], most: int) -> Records:
    found: Records = {}
    for tp in partitions:
        share = max(1, most // len(partitions))
        found |= await fetcher.fetched_records({tp}, timeout=0, max_records=share)
    return found
