"""Who is served next: live before backfill, and within a lane one job of each camera in turn.

Pure. A camera with a hundred thousand jobs delays another camera by one job, not by all of them.
"""

from collections import OrderedDict
from collections.abc import Iterator
from enum import IntEnum
from typing import Generic, TypeVar

T = TypeVar("T")


class Lane(IntEnum):
    """Smaller is served first."""

    LIVE = 0
    BACKFILL = 1


class ReadyQueue(Generic[T]):
    """Items in line, by lane and camera. Each has a name of its own."""

    def __init__(self) -> None:
        self._lanes: dict[Lane, OrderedDict[str, OrderedDict[str, T]]] = {
            lane: OrderedDict() for lane in Lane
        }
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def put(self, lane: Lane, camera: str, name: str, item: T) -> None:
        """Stand in line; who stands there already under `name` keeps the place, with the new item."""
        items = self._lanes[lane].setdefault(camera, OrderedDict())
        self._length += name not in items
        items[name] = item

    def pop(self) -> T | None:
        """The next item; None when nobody stands in line."""
        for cameras in self._lanes.values():
            if cameras:
                camera, items = next(iter(cameras.items()))
                _, item = items.popitem(last=False)
                del cameras[camera]
                if items:
                    cameras[camera] = items  # to the end: the others have their turn first
                self._length -= 1
                return item
        return None

    def of_camera(self, lane: Lane, camera: str) -> Iterator[T]:
        """Who of a camera stands in line."""
        cameras = self._lanes[lane]
        yield from cameras[camera].values() if camera in cameras else ()

    def take(self, lane: Lane, camera: str, name: str) -> None:
        """Let somebody out of the line before his turn."""
        cameras = self._lanes[lane]
        del cameras[camera][name]
        if not cameras[camera]:
            del cameras[camera]
        self._length -= 1
