"""What may be expected of a file."""

import pytest

from processors.footage.recording import Recording
from processors.footage.segment import SegmentState
from processors.footage.state import judge_state
from processors.mp4.outline import Outline, Reach
from tests.found import at, mtxi, outline, reach, recording

BOX = mtxi(3, 15, 0)
UNDECODABLE = Reach("video", 0, 0, None, 10**9, 10**9, 25)


def state(
    content: Outline | None,
    *,
    quiet: float,
    succeeded: bool = False,
    unfinished: bool = False,
    problem: str = "",
) -> tuple[SegmentState, str]:
    found: Recording = recording(0, content, mtime=100, unfinished=unfinished, problem=problem)
    return judge_state(found, succeeded=succeeded, now=at(100 + quiet))


@pytest.mark.parametrize(
    ("content", "quiet", "succeeded", "expected"),
    [
        (outline(mtxi=BOX), 0, False, SegmentState.COMPLETE),
        (outline(mtxi=BOX, tail=100), 0, False, SegmentState.CRASHED),
        (outline(mtxi=BOX, duration=0), 1, False, SegmentState.GROWING),
        (outline(mtxi=BOX, duration=0), 1, True, SegmentState.GROWING),
        (outline(mtxi=BOX, duration=0), 4, True, SegmentState.CRASHED),
        (outline(mtxi=BOX, duration=0), 11, False, SegmentState.CRASHED),
        (outline(mtxi=BOX, duration=0, tail=100), 1, False, SegmentState.GROWING),
        (outline(duration=0), 11, False, SegmentState.COMPLETE),
        (outline(duration=0, tail=100), 11, False, SegmentState.CRASHED),
        (outline(fragmented=False), 0, False, SegmentState.COMPLETE),
        (outline(fragmented=False, tail=100), 0, False, SegmentState.EMPTY),
        (outline(fragmented=False, tail=100), 11, False, SegmentState.UNREADABLE),
        (outline(closes=False, duration=0), 1, False, SegmentState.GROWING),
        (outline(closes=False, duration=0), 4, True, SegmentState.COMPLETE),
        (outline(UNDECODABLE, mtxi=BOX, duration=0), 1, False, SegmentState.EMPTY),
        (outline(UNDECODABLE, mtxi=BOX), 1, False, SegmentState.UNREADABLE),
    ],
)
def test_files_with_content(
    content: Outline, quiet: float, *, succeeded: bool, expected: SegmentState
) -> None:
    assert state(content, quiet=quiet, succeeded=succeeded)[0] is expected


def test_a_header_alone_is_not_yet_readable_and_later_broken() -> None:
    header = Outline((), (), BOX, 0, fragmented=True, whole=742, size=742)
    assert state(header, quiet=1) == (SegmentState.EMPTY, "")
    found, problem = state(header, quiet=20)
    assert found is SegmentState.UNREADABLE
    assert "no whole part" in problem


def test_no_bytes_are_not_yet_readable_and_later_broken() -> None:
    assert state(None, quiet=1, unfinished=True) == (SegmentState.EMPTY, "")
    assert state(None, quiet=20, unfinished=True) == (SegmentState.UNREADABLE, "has 0 bytes")


def test_garbage_is_unreadable_once_nobody_writes_it_and_says_why() -> None:
    assert state(None, quiet=60, problem="no MP4") == (SegmentState.UNREADABLE, "no MP4")
    assert state(None, quiet=0, problem="no MP4") == (SegmentState.EMPTY, "")


def test_sound_alone_can_be_shown() -> None:
    assert state(outline(reach("audio", 0, 5)), quiet=0)[0] is SegmentState.COMPLETE
