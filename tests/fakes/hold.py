"""A hold that only notes what it was told to keep."""

from collections.abc import Iterable


class NotedHold:
    """`Hold` without files."""

    def __init__(self) -> None:
        self.held: dict[str, set[str]] = {}
        """By job, also what was released since."""
        self.released: list[str] = []

    def holds(self, job: str) -> bool:
        """Whether it was told to, and not to let go since."""
        return job in self.held.keys() - set(self.released)

    def hold(self, job: str, paths: Iterable[str]) -> None:
        """Notes it."""
        self.held.setdefault(job, set()).update(paths)

    def release(self, job: str) -> None:
        """Notes it."""
        self.released.append(job)
