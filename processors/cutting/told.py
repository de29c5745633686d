"""What a clip's file says of itself, the same whoever writes it. Pure."""

from processors.cutting.plan import CutPlan
from processors.cutting.reel import Reel, shown_at
from schemas.instant import from_ns, rfc3339


def comment(plan: CutPlan, reel: Reel) -> str:
    """For people: which camera, from when, and when the incident was, or all of them."""
    times = ", ".join(rfc3339(from_ns(instant)) for instant in _instants(plan))
    return f"{plan.camera} from {rfc3339(from_ns(reel.origin))}, incident at {times}"


def chapters(plan: CutPlan, reel: Reel) -> tuple[tuple[int, str], ...]:
    """Nanoseconds into the clip and title: each incident's instant that is shown."""
    places = [shown_at(plan, reel, instant) for instant in _instants(plan)]
    found = tuple((at, "incident") for at in places if at is not None)
    return ((0, "start"), *found) if found else ()


def _instants(plan: CutPlan) -> list[int]:
    return sorted({plan.at, *plan.also})
