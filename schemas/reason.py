"""Why an answer is not `complete`, why a record is dead, why a span has no footage.

Three closed lists. Events, HTTP answers, dead-letter headers and metrics spell them from here.
"""

from enum import StrEnum


class Outcome(StrEnum):
    """How an incident was answered."""

    COMPLETE = "complete"
    """The clip shows the whole window."""
    PARTIAL = "partial"
    """The clip shows a part of the window; `gaps` says what is missing."""
    FAILED = "failed"
    """There is no clip; `reason` says why."""


class Reason(StrEnum):
    """Why an answer is `partial` or `failed`."""

    IN_FUTURE = "in_future"
    """The incident lies further ahead of its own record than `windows.max_ahead`."""
    AMBIGUOUS_TIME = "ambiguous_time"
    """A local hour that occurs twice, and no footage tells which was meant."""
    UNKNOWN_CAMERA = "unknown_camera"
    """The footage root has no recordings of this camera."""
    NOT_RECORDED = "not_recorded"
    """The camera has recordings, but not of (all of) this window."""
    NOT_YET = "not_yet"
    """The footage did not appear before the deadline."""
    EXPIRED = "expired"
    """The recorder has deleted this footage: the window is older than what it keeps."""
    UNREADABLE = "unreadable"
    """There are files for this window, but what they hold cannot be read."""
    MISMATCH = "mismatch"
    """Segments of the window cannot be joined (another codec, size or track layout)."""
    CUT_FAILED = "cut_failed"
    """Every way of cutting failed its proof."""
    TIMEOUT = "timeout"
    """Cutting took longer than `cut.timeout`."""
    OUTPUT_FULL = "output_full"
    """The output volume has no room."""
    INTERNAL = "internal"
    """A fault of ours; the log line of the clip id says more."""


class GapCause(StrEnum):
    """Why a span of the window has no footage in the clip."""

    NOT_RECORDED = "not_recorded"
    RECORDER_DOWN = "recorder_down"
    UNREADABLE = "unreadable"
    MISMATCH = "mismatch"
    EXPIRED = "expired"
    NOT_YET = "not_yet"


class DeadLetterReason(StrEnum):
    """Why a record can never become an incident."""

    MALFORMED = "malformed"
    """The value is not JSON, or not a JSON object, or has no bytes."""
    INVALID = "invalid"
    """A required field is missing, or a field has a value that cannot be used."""
