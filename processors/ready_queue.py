"""Who is served next: live before backfill, and within a lane one job of each camera in turn.

Pure. A camera with a hundred thousand jobs delays another camera by one job, not by all of them.
"""

from collections import OrderedDict, deque
from enum import IntEnum
from typing import Generic, TypeVar

T = TypeVar("T")


class Lane(IntEnum):
    """Smaller is served first."""

    LIVE = 0
    BACKFILL = 1


class ReadyQueue(Generic[T]):
    """Items in line, by lane and camera."""

    def __init__(self) -> None:
        self._lanes: dict[Lane, OrderedDict[str, deque[T]]] = {lane: OrderedDict() for lane in Lane}
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def put(self, lane: Lane, camera: str, item: T) -> None:
        """Stand in line."""
        self._lanes[lane].setdefault(camera, deque()).append(item)
        self._length += 1

    def pop(self) -> T | None:
        """The next item; None when nobody stands in line."""
        for cameras in self._lanes.values():
            if cameras:
                camera, items = next(iter(cameras.items()))
                item = items.popleft()
                del cameras[camera]
                if items:
                    cameras[camera] = items  # to the end: the others have their turn first
                self._length -= 1
                return item
        return None
