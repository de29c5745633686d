"""Nero's list of chapters (`moov/udta/chpl`), as ffmpeg reads and writes it.

A file that ffmpeg wrote gets one afterwards: ffmpeg's own chapters bring a track of text along, which
readers complain of. It keeps room for the list as a description at the end of its metadata, and the
list is put there: no other byte moves.
"""

import struct
from collections.abc import Sequence

from processors.mp4.boxes import Box, Buffer, children, index

Chapters = Sequence[tuple[int, str]]
"""Nanoseconds into the movie, and a name; in order, 255 at most."""

_ITEM = 24
"""Bytes of an item of metadata around its text."""
_META = 4
"""Bytes before the boxes in a `meta`."""


def chapter_list(chapters: Chapters) -> bytes:
    """The box."""
    rows = []
    for at, name in chapters[:255]:
        said = name.encode()[:255]
        rows.append(struct.pack(">QB", at // 100, len(said)) + said)
    body = b"".join([struct.pack(">I4xB", 1 << 24, len(rows)), *rows])
    return struct.pack(">I4s", len(body) + 8, b"chpl") + body


def room(chapters: Chapters) -> str:
    """The description that takes as much room as the list of `chapters`."""
    return " " * (len(chapter_list(chapters)) - _ITEM)


def put_list(moov: Buffer, chapters: Chapters) -> bytes | None:
    """`moov`, a whole box, with the list in its room; None where it has none."""
    nest = _nest(moov)
    listed = chapter_list(chapters)
    if nest is None or nest[-1].end - nest[-1].start != len(listed):
        return None
    *around, item = nest
    data = bytearray(moov)
    for box in around:
        struct.pack_into(">I", data, box.start, box.end - box.start - len(listed))
    data[item.start : item.end] = listed
    return bytes(data)


def _nest(moov: Buffer) -> list[Box] | None:
    """`meta`, its `ilst` and the description in it, each the last one in the one before it."""
    udta = index(moov, 8, len(moov)).get(b"udta")
    meta = index(moov, udta.body, udta.end).get(b"meta") if udta else None
    if meta is None:
        return None
    nest, skip = [meta], _META
    for kind in (b"ilst", b"desc"):
        last = list(children(moov, nest[-1].body + skip, nest[-1].end))[-1:]
        if not last or last[0].kind != kind or last[0].end != meta.end:
            return None
        nest, skip = [*nest, last[0]], 0
    return nest
