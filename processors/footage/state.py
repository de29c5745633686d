"""What may be expected of a file: will it grow, is it whole, can it be read at all.

Facts about MediaMTX (measured): `mvhd.duration` is 0 while it writes and is set when it closes a
file, also when the disk was full and the last part is cut; after a kill it stays 0 for ever.
"""

from processors.footage.recording import Recording
from processors.footage.segment import SegmentState
from processors.mp4.outline import Outline
from schemas.instant import NANOS

QUIET = 10 * NANOS
"""A file that did not change for so long will not change any more (its parts are seconds)."""
STILL = 3 * NANOS
"""The same, where a later file exists."""

Judged = tuple[SegmentState, str]
"""The state, and what is wrong in words."""


def judge_state(recording: Recording, *, succeeded: bool, now: int) -> Judged:
    """The state of a file; `succeeded`: a later file of the camera exists."""
    quiet = now - recording.mtime
    ended = quiet >= QUIET or (succeeded and quiet >= STILL)
    if recording.outline is None:
        return _unread(recording, ended=ended)
    reach = recording.outline.shown
    if reach is None or reach.start is None:
        if ended or recording.outline.duration:
            what = "no frame that can be decoded" if reach else "a header, but no whole part"
            return SegmentState.UNREADABLE, f"holds {what}"
        return SegmentState.EMPTY, ""
    return _read(recording.outline, ended=ended)


def _unread(recording: Recording, *, ended: bool) -> Judged:
    if not ended:
        return SegmentState.EMPTY, ""
    if not recording.unfinished:
        return SegmentState.UNREADABLE, recording.problem
    if not recording.size:
        return SegmentState.UNREADABLE, "has 0 bytes"
    return SegmentState.UNREADABLE, "was never finished: it has no header"


def _read(outline: Outline, *, ended: bool) -> Judged:
    if not outline.closes:
        return _endless(outline, ended=ended)
    if not outline.fragmented:
        return _plain(outline, ended=ended)
    if outline.tiled and (outline.duration or (ended and outline.mtxi is None)):
        return SegmentState.COMPLETE, ""
    if outline.duration:
        return SegmentState.CRASHED, "was closed, but its last part is cut: disk full?"
    if ended:
        return SegmentState.CRASHED, "was never closed: recorder killed?"
    return SegmentState.GROWING, ""


def _plain(outline: Outline, *, ended: bool) -> Judged:
    if outline.tiled:
        return SegmentState.COMPLETE, ""
    if ended:
        return SegmentState.UNREADABLE, "is cut short: its data do not reach as far as its index"
    return SegmentState.EMPTY, ""


def _endless(outline: Outline, *, ended: bool) -> Judged:
    """Nothing in such a file tells its end."""
    if not ended:
        return SegmentState.GROWING, ""
    if outline.tiled:
        return SegmentState.COMPLETE, ""
    return SegmentState.CRASHED, "ends in the middle of a frame: recorder killed?"
