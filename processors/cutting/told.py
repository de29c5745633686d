"""What a clip's file says of itself, the same whoever writes it. Pure."""

from processors.cutting.plan import CutPlan
from processors.cutting.reel import Reel, incident_offset
from schemas.instant import from_ns, rfc3339


def comment(plan: CutPlan, reel: Reel) -> str:
    """For people: which camera, from when, and when the incident was."""
    return (
        f"{plan.camera} from {rfc3339(from_ns(reel.origin))}, "
        f"incident at {rfc3339(from_ns(plan.at))}"
    )


def chapters(plan: CutPlan, reel: Reel) -> tuple[tuple[int, str], ...]:
    """Nanoseconds into the clip and title: the incident's instant, where it is shown."""
    at = incident_offset(plan, reel)
    return () if at is None else ((0, "start"), (at, "incident"))
