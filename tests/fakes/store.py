"""The real store, made to write down what it does, or to have no room."""

from collections.abc import Callable, Mapping
from pathlib import Path

from processors.adapters.clip_store import DiskClipStore
from processors.errors import OutputFullError
from schemas.clip import ClipCompleted


class WatchedStore(DiskClipStore):
    """`DiskClipStore` on a real folder."""

    def __init__(self, root: Path, journal: list[str] | None = None) -> None:
        super().__init__(root)
        self.full = False
        """Whether the volume has no room."""
        self.below_floor = False
        """Whether less room is left than `retention.min_free`."""
        self.journal = [] if journal is None else journal

    def has_room(self) -> bool:
        """As the real one, if it is not below the floor."""
        return not self.below_floor and super().has_room()

    def publish(
        self,
        stem: str,
        video: Path | None,
        answer: ClipCompleted,
        render: Callable[[ClipCompleted], Mapping[str, bytes]],
    ) -> ClipCompleted:
        """As the real one, if there is room."""
        if self.full:
            msg = "cannot publish the clip: No space left on device"
            raise OutputFullError(msg)
        return super().publish(stem, video, answer, render)

    def mark_announced(self, clip_id: str, revision: int) -> None:
        """As the real one."""
        super().mark_announced(clip_id, revision)
        self.journal.append("marked")
