"""Boxes: the outer form of every MP4 file (source: ISO/IEC 14496-12, 4.2).

Assumes nothing about the bytes: a box that does not fit into its parent is an `Mp4Error`.
"""

import struct
from typing import NamedTuple

from processors.errors import Mp4Error

Buffer = bytes | memoryview
"""What is read from; slices of a `memoryview` copy nothing."""

_HEAD = struct.Struct(">I4s")
_LONG = struct.Struct(">Q")
_new = tuple.__new__


class Box(NamedTuple):
    """Where a box lies: its header starts at `start`, its content is [`body`, `end`)."""

    kind: bytes
    start: int
    body: int
    end: int


def box_at(data: Buffer, at: int, limit: int) -> Box:
    """The box that starts at `at` and must end by `limit`; raises `Mp4Error` where there is none."""
    if at + 8 > limit:
        raise Mp4Error(f"a box header is cut off at byte {at}")
    size, kind = _HEAD.unpack_from(data, at)
    body = at + 8
    if size == 1:
        if at + 16 > limit:
            raise Mp4Error(f"a box header is cut off at byte {at}")
        (size,) = _LONG.unpack_from(data, at + 8)
        body = at + 16
    if at + size < body or at + size > limit:
        raise Mp4Error(f"box {kind!r} at byte {at} claims {size} bytes, which do not fit")
    return Box(kind, at, body, at + size)


def children(data: Buffer, start: int, end: int) -> list[Box]:
    """The boxes in [start, end). A rest too short for a header is padding (QuickTime's `udta`)."""
    found: list[Box] = []
    while end - start >= 8:
        size, kind = _HEAD.unpack_from(data, start)
        if 8 <= size <= end - start:
            # As `Box(...)`, in half the time: a file has hundreds of them.
            box = _new(Box, (kind, start, start + 8, start + size))
        else:
            box = box_at(data, start, end)
        found.append(box)
        start = box.end
    return found


def index(data: Buffer, start: int, end: int) -> dict[bytes, Box]:
    """The first box of each kind in [start, end)."""
    found: dict[bytes, Box] = {}
    for box in children(data, start, end):
        found.setdefault(box.kind, box)
    return found


def need(found: dict[bytes, Box], kind: bytes, parent: str) -> Box:
    """The box of that kind; raises `Mp4Error` where `parent` lacks it."""
    try:
        return found[kind]
    except KeyError:
        raise Mp4Error(f"{parent} has no {kind.decode()} box") from None


def unpack(form: struct.Struct, data: Buffer, at: int, box: Box) -> tuple[int, ...]:
    """`form` read at `at`, which must lie inside `box`; raises `Mp4Error` where it does not."""
    if at < box.body or at + form.size > box.end:
        raise Mp4Error(f"box {box.kind!r} at byte {box.start} is too short")
    values: tuple[int, ...] = form.unpack_from(data, at)
    return values
