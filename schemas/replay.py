"""How far a replay has come: a small file, so that an interrupted one can go on."""

from pydantic import BaseModel, ConfigDict


class ReplayState(BaseModel):
    """One replay. Positions are offsets of a partition, or line numbers of a file (partition 0)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    """What records and answers say of it."""
    asked: dict[str, str]
    """What was asked for, in words."""
    positions: dict[int, tuple[int, int]]
    """Per partition: the next position, and the end as it was when the replay began."""
    sent: int = 0
    finished: bool = False
