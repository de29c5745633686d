"""Which dead letters go back to where they came from. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from topics.dead_letter import unwrap
from topics.names import CONSUMED
from topics.record import Outgoing, Record

Place = Mapping[int, int]
"""Next offset to be redriven, by partition of a dead-letter topic."""


@dataclass(frozen=True, slots=True)
class Places:
    """How far earlier redrives have come in one dead-letter topic."""

    all: Place
    """Those of every reason."""
    of: Mapping[str, Place] = field(default_factory=dict)
    """Those of one reason."""

    def start(self, partition: int, reason: str | None) -> int:
        """Offset at which a redrive (of `reason`, None: of every reason) begins."""
        own = self.of.get(reason, {}).get(partition, 0) if reason else 0
        return max(self.all.get(partition, 0), own)

    def is_behind(self, record: Record, reason: str) -> bool:
        """Whether the letter has been dealt with."""
        return record.offset < self.start(record.partition, reason)


@dataclass(frozen=True, slots=True)
class Refused:
    """A letter that can go nowhere."""

    why: str
    """Names it, too."""


def redriven(record: Record, places: Places, reason: str | None) -> Outgoing | Refused | None:
    """What to send for the letter `record`: the original, without its time stamp.

    None if it was redriven before or died of another reason. Incidents count from their arrival, so
    the time stamp would only let old ones expire.
    """
    letter = unwrap(record)
    where = f"{record.topic} {record.partition}/{record.offset}"
    if letter is None:
        return Refused(f"{where} names no origin: it is no dead letter of ours")
    if places.is_behind(record, letter.reason) or reason not in (None, letter.reason):
        return None
    original = letter.original
    if original.topic not in CONSUMED:
        return Refused(f"{where} comes from {original.topic[:60]!r}, which is no topic of ours")
    return Outgoing(original.topic, original.key, original.value, original.headers)
