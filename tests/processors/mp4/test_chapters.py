"""The list of chapters in the room that was kept for it."""

import struct

import pytest

from processors.mp4.boxes import children, index
from processors.mp4.chapters import chapter_list, put_list, room

MARKS = ((0, "start"), (12_345_678_900, "incident"))


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def item(kind: bytes, text: str) -> bytes:
    return box(kind, box(b"data", struct.pack(">II", 1, 0), text.encode()))


def moov(*items: bytes, behind: bytes = b"") -> bytes:
    meta = box(b"meta", bytes(4), box(b"hdlr", bytes(24)), box(b"ilst", *items))
    return box(b"moov", box(b"mvhd", bytes(100)), box(b"udta", meta + behind))


def test_the_list_takes_the_room_and_nothing_else_moves() -> None:
    before = moov(item(b"\xa9nam", "a title"), item(b"desc", room(MARKS)))

    after = put_list(before, MARKS)

    assert after is not None
    assert len(after) == len(before)
    udta = index(after, 8, len(after))[b"udta"]
    meta, listed = children(after, udta.body, udta.end)
    assert after[listed.start : listed.end] == chapter_list(MARKS)
    kept = index(after, meta.body + 4, meta.end)[b"ilst"]
    assert after[kept.body : kept.end] == item(b"\xa9nam", "a title")


@pytest.mark.parametrize(
    "other",
    [
        box(b"moov", box(b"mvhd", bytes(100))),
        moov(),
        moov(item(b"\xa9nam", "a title")),
        moov(item(b"desc", room(MARKS)), item(b"\xa9nam", "behind it")),
        moov(item(b"desc", room(MARKS) + " ")),
    ],
    ids=["no metadata", "nothing", "no room", "not the last", "too much room"],
)
def test_without_just_that_room_nothing_is_touched(other: bytes) -> None:
    assert put_list(other, MARKS) is None
