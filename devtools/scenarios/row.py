"""One line of the table, and the verdict on it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.clip import ClipCompleted
from schemas.instant import NANOS, from_ns, to_ns
from schemas.reason import Outcome, Reason

Gaps = Sequence[tuple[int, int]]
"""Start and end, nanoseconds since the epoch."""
_SLACK = 0.0005
"""Of coverage, by rounding."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a truthful answer says."""

    outcome: Outcome
    coverage: float
    gaps: Gaps
    reason: str | None = None
    """None where any reason will do."""


@dataclass(frozen=True, slots=True)
class Row:
    """A scenario in one precision."""

    scenario: str
    of: str
    """Which camera, or which way of cutting."""
    precision: str
    expected: str
    got: str
    error: float | None
    """By how many frames the gap that is furthest off is; None where their number is wrong."""
    faults: tuple[str, ...] = ()


def compare(
    scenario: str,
    precision: str,
    expected: Expected,
    answer: ClipCompleted,
    *,
    frame: int,
    faults: Sequence[str] = (),
    way: str = "",
    may_refuse: bool = False,
) -> Row:
    """The row of an answer; `frame` is how long one lasts, `faults` are what its pictures show.

    `may_refuse`: the only `way` of cutting may say that it cannot.
    """
    said = [(to_ns(gap.start), to_ns(gap.end)) for gap in answer.gaps]
    error = _furthest(said, expected.gaps, frame)
    wrong = list(faults)
    refused = may_refuse and answer.reason is Reason.CUT_FAILED
    if not refused and answer.outcome is not expected.outcome:
        wrong.append(f"is {answer.outcome}")
    if not refused and expected.reason is not None and (answer.reason or "") != expected.reason:
        wrong.append(f"for {answer.reason}")
    if answer.outcome is not Outcome.FAILED and (error is None or error > 1):
        wrong.append("gaps")
    reason = f" ({answer.reason})" if answer.reason else ""
    return Row(
        scenario,
        way or answer.camera_id,
        precision,
        f"{expected.outcome}{f' ({expected.reason})' if expected.reason else ''} "
        f"{expected.coverage:.1%}{_words(expected.gaps)}",
        f"{answer.outcome}{reason} {answer.coverage:.1%}{_words(said)}, by {answer.method or '-'}"
        if not refused
        else "refused",
        error if answer.outcome is not Outcome.FAILED else 0.0,
        tuple(wrong),
    )


def _furthest(said: Gaps, true: Gaps, frame: int) -> float | None:
    if len(said) != len(true):
        return None
    edges = [
        abs(a - b)
        for one, two in zip(said, true, strict=True)
        for a, b in zip(one, two, strict=True)
    ]
    return max(edges, default=0) / frame


def _words(gaps: Gaps) -> str:
    return "".join(f", {_clock(a)} to {_clock(b)}" for a, b in gaps)


def _clock(ns: int) -> str:
    return f"{from_ns(ns + NANOS // 2000):%H:%M:%S.%f}"[:-3]
