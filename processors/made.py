"""An answer, and how long the parts of making it took that nobody sees from outside."""

from dataclasses import dataclass

from schemas.clip import ClipCompleted


@dataclass(frozen=True, slots=True)
class Made:
    """An answer whose files are published. Times in nanoseconds; 0 for what was not done now."""

    answer: ClipCompleted
    verified: int = 0
    """For the proof of the clip."""
    published: int = 0
    """For giving the files their names."""
