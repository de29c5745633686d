"""Why an answer is not `complete`, why a record is dead, why a span has no footage.

Closed lists. Events, HTTP answers, dead-letter headers, metrics and documents spell them from here.
"""

from schemas.word import Word


class Outcome(Word):
    """How an incident was answered."""

    COMPLETE = "complete", "The clip shows the whole window."
    PARTIAL = "partial", "The clip shows a part of the window; the gaps say what is missing."
    FAILED = "failed", "There is no clip; the reason says why."


class Reason(Word):
    """Why an answer is `partial` or `failed`."""

    IN_FUTURE = (
        "in_future",
        "The incident lies further ahead of its own record than windows.max_ahead.",
    )
    AMBIGUOUS_TIME = (
        "ambiguous_time",
        "The local hour occurs twice, and no footage tells which was meant.",
    )
    UNKNOWN_CAMERA = "unknown_camera", "There are no recordings of this camera."
    NOT_RECORDED = (
        "not_recorded",
        "The camera has recordings, but not of (all of) this window.",
    )
    NOT_YET = "not_yet", "The footage did not appear before the deadline."
    EXPIRED = "expired", "The window is older than what the recorder keeps."
    UNREADABLE = "unreadable", "There are files for this window, but they cannot be read."
    MISMATCH = (
        "mismatch",
        "Segments of the window cannot be joined: another codec, size or track layout.",
    )
    CUT_FAILED = "cut_failed", "Every way of cutting failed its proof."
    TIMEOUT = "timeout", "Cutting took longer than cut.timeout."
    OUTPUT_FULL = "output_full", "The output volume has no room."
    INTERNAL = "internal", "A fault of this service; its log line of the clip id says more."


class GapCause(Word):
    """Why a span of the window has no footage in the clip."""

    NOT_RECORDED = "not_recorded", "Nothing was recorded."
    RECORDER_DOWN = "recorder_down", "The recorder was not running."
    UNREADABLE = "unreadable", "The recording cannot be read."
    MISMATCH = "mismatch", "The recording cannot be joined with the rest of the clip."
    EXPIRED = "expired", "The recorder has already removed the recording."
    NOT_YET = "not_yet", "The recording did not appear before the deadline."


class DeadLetterReason(Word):
    """Why a record can never become an incident."""

    MALFORMED = "malformed", "The value has no bytes, is not JSON, or is not a JSON object."
    INVALID = "invalid", "A required field is missing, or a field has a value that cannot be used."
    TOO_LONG = "too_long", "The window is longer than windows.max_length."
    NO_SUCH_TIME = "no_such_time", "The local hour does not exist: the clocks were put forward."
    FAULT = (
        "fault",
        "A fault of this service kept it from understanding the record: redrive it after an upgrade.",
    )
