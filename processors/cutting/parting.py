"""A clip in several files: what of a plan goes into each, and what they are together. Pure."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from itertools import groupby

from processors.cutting.plan import CutPlan, CutResult
from schemas.clip import Method
from schemas.incident import Precision

_METHODS = list(Method)
"""From the least to the most that is done to a picture."""


def split(plan: CutPlan, kinds: Sequence[Hashable]) -> list[CutPlan]:
    """A plan for each run of pieces whose pictures are of one of `kinds`, which has one a piece."""
    pairs = zip(plan.pieces, kinds, strict=True)
    runs = [[piece for piece, _ in run] for _, run in groupby(pairs, key=lambda pair: pair[1])]
    return [
        replace(
            plan,
            pieces=(replace(first, seamless=False), *rest),
            title=f"{plan.title}, part {number} of {len(runs)}",
        )
        for number, (first, *rest) in enumerate(runs, 1)
    ]


def together(parts: Sequence[CutResult]) -> CutResult:
    """What the files of one clip are, in order of time."""
    first, last = parts[0], parts[-1]
    largest = max(parts, key=lambda part: part.width * part.height)
    coarse = any(part.precision is Precision.SEGMENTS for part in parts)
    return CutResult(
        method=max((part.method for part in parts), key=_METHODS.index),
        precision=Precision.SEGMENTS if coarse else Precision.EXACT,
        size=sum(part.size for part in parts),
        sha256=None,
        span=replace(first.span, end=last.span.end),
        duration=sum(part.duration for part in parts),
        frames=sum(part.frames for part in parts),
        width=largest.width,
        height=largest.height,
        mime_codecs=None,
        verified=sum(part.verified for part in parts),
        parts=tuple(parts),
    )
