"""Is this worker well? A pure function of facts."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about the worker right now."""

    started: bool
    draining: bool
    assigned_partitions: int
    waiting: int
    cutting: int
    footage_readable: bool
    output_writable: bool
    output_has_room: bool
    statuses_loaded: bool
    too_many_dead_letters: str | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """The verdict and what it was made of."""

    status: str
    """ok, starting, draining or degraded."""
    checks: dict[str, bool]
    facts: dict[str, bool | int | float | str | None]

    @property
    def ready(self) -> bool:
        """Whether the worker does its work: partitions assigned, nothing broken."""
        return self.status == "ok"


def judge(facts: Facts) -> Health:
    """The health that follows from the facts."""
    checks = {
        "assigned": facts.assigned_partitions > 0,
        "footage": facts.footage_readable,
        "output": facts.output_writable,
        "room": facts.output_has_room,
        "statuses": facts.statuses_loaded,
        "dead_letters": facts.too_many_dead_letters is None,
    }
    if facts.draining:
        status = "draining"
    elif not facts.started or not (checks["assigned"] and checks["statuses"]):
        status = "starting"
    else:
        status = "ok" if all(checks.values()) else "degraded"
    return Health(status, checks, asdict(facts))
