"""The proof of a file that was brought into the common form, and the plan that uses it. Pure.

Every recorded frame must be there, at its own time. A copied one must say the same bytes.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace

from processors.cutting.conform_args import Task
from processors.cutting.form import Form
from processors.cutting.held import Held, HeldFile
from processors.cutting.plan import CutPlan, Piece
from processors.errors import CutError, ProofError
from processors.footage.segment import SegmentState
from processors.mp4.signature import Signature
from processors.span import Span
from schemas.clip import Sound
from schemas.instant import NANOS

_MILLI = NANOS // 1000
_TOLERANCE = _MILLI + _MILLI // 4
"""ffmpeg counts in microseconds, writes empty edits in milliseconds, and Matroska counts in them."""
_SLACK = _MILLI // 2
"""Cuts lie so much before a frame: ffmpeg is told the instant with six digits."""
_ENCODED = 100 * _MILLI
"""Encoded sound has its own frame length and a lead-in of the encoder."""


def wanted(task: Task) -> list[int]:
    """When the frames that the target of `task` must hold are shown, in order."""
    first, end = task.frames or (min(task.held.video.shown), task.held.video.end)
    return sorted(at for at in task.held.video.decodable if first <= at < end)


def trimmed(tasks: Sequence[tuple[Piece, Task]], window: Span) -> list[tuple[Piece, Task]]:
    """`tasks` without what lies outside of `window`; raises `CutError` where nothing is left."""
    found = [
        (piece, replace(task, frames=frames))
        for piece, task in tasks
        if (frames := _frames_in(task.held, window, piece.zero))
    ]
    if not found:
        raise CutError("the window has no frame that can be decoded")
    start = min(piece.zero + task.frames[0] for piece, task in found if task.frames)
    end = max(piece.zero + task.frames[1] for piece, task in found if task.frames)
    return [
        (piece, replace(task, sound=_sound_in(task.held, start - piece.zero, end - piece.zero)))
        for piece, task in found
    ]


def _frames_in(held: HeldFile, window: Span, zero: int) -> tuple[int, int] | None:
    shown = sorted(held.video.decodable)
    return _edges(shown, held.video.end, [at for at in shown if window.contains(zero + at)])


def _sound_in(held: HeldFile, start: int, end: int) -> tuple[int, int] | None:
    """What of the sound lies in [start, end), or the piece that is nearest to it.

    All files must keep some of their sound to be joined.
    """
    if held.audio is None:
        return None
    shown = [held.audio.shown[i] for i in held.placed_sound]
    nearest = min(shown, key=lambda at: abs(at - start))
    inside = [at for at in shown if start <= at < end]
    # Some writers say that sound lasts no time.
    return _edges(shown, max(held.audio.end, shown[-1] + 2 * _SLACK), inside or [nearest])


def _edges(shown: Sequence[int], end: int, inside: Sequence[int]) -> tuple[int, int] | None:
    """Instants between which exactly the frames `inside` lie, those `shown` being all."""
    if not inside:
        return None
    behind = bisect_right(shown, inside[-1])
    return inside[0] - _SLACK, (shown[behind] if behind < len(shown) else end) - _SLACK


def prove_conformed(task: Task, made: HeldFile, form: Form) -> None:
    """Raises `ProofError` where `made`, the target of `task`, is not what was recorded."""
    if form.size is None:
        _prove_copied(task.held.video, made.video, task.held.begin)
    else:
        _prove_times(wanted(task), sorted(made.video.shown), task.held.begin, "frame")
        if made.video.size != form.size:
            raise ProofError(f"pictures of {made.video.size} pixels instead of {form.size}")
    if (made.audio is not None) != form.sound:
        raise ProofError(f"the sound of {task.source.name} was {'lost' if form.sound else 'added'}")
    if made.audio and form.channels is None and task.held.audio:
        _prove_copied(task.held.audio, made.audio, task.held.begin, task.kept_sound)
    elif made.audio and task.held.audio:
        _prove_encoded(task.held.audio, made.audio, task)


def sound_of(tasks: Iterable[Task], form: Form, inner: Sound | None) -> Sound | None:
    """What becomes of the sound of `tasks`, if of their targets' it is `inner`."""
    held = [task.held for task in tasks]
    if any(one.audio and len(one.placed_sound) < len(one.audio.shown) for one in held):
        return Sound.PARTIAL
    return inner if form.channels is None else Sound.ENCODED


def conformed_piece(
    piece: Piece, task: Task, made: HeldFile, size: int, signature: Signature
) -> Piece:
    """`piece` with the target of `task`, of `size` bytes, in place of its file."""
    zero = piece.zero + task.held.begin
    span = Span(zero + min(made.video.shown), zero + made.video.end)
    segment = replace(
        piece.segment,
        path=task.target.name,
        span=span,
        state=SegmentState.COMPLETE,
        size=size,
        signature=signature,
        mtxi=None,
        zero=zero,
    )
    return replace(piece, segment=segment, zero=zero, span=span)


def conformed_plan(plan: CutPlan, pieces: Sequence[Piece]) -> CutPlan:
    """`plan` with `pieces` in place of its own; raises `CutError` where they do not match."""
    if len({piece.segment.signature for piece in pieces}) != 1:
        raise CutError("the files could not be brought into one form")
    return replace(plan, pieces=tuple(pieces))


def _prove_copied(source: Held, made: Held, begin: int, kept: Sequence[int] | None = None) -> None:
    what = "frame" if source.kind == "video" else "piece of sound"
    chosen = range(len(source.shown)) if kept is None else kept
    _prove_times([source.shown[i] for i in chosen], made.shown, begin, what)
    if tuple(source.digests[i] for i in chosen) != made.digests:
        raise ProofError(f"a {what} does not say what was recorded")
    if source.kind == "video" and source.keys != made.keys:
        raise ProofError("a key frame is not where it was recorded")


def _prove_times(source: Sequence[int], made: Sequence[int], begin: int, what: str) -> None:
    if len(source) != len(made):
        raise ProofError(f"{len(made)} of {len(source)} {what}s came out")
    for i, (one, two) in enumerate(zip(source, made, strict=True)):
        if abs(one - begin - two) > _TOLERANCE:
            off = (two + begin - one) / _MILLI
            raise ProofError(f"{what} {i} is {off:.1f} ms away from its time")


def _prove_encoded(source: Held, made: Held, task: Task) -> None:
    first, last = task.sound or (min(source.shown), source.end)
    starts = min(made.shown) + task.held.begin - max(first, min(source.shown))
    ends = made.end + task.held.begin - min(last, source.end)
    if abs(starts) > _ENCODED or abs(ends) > _ENCODED:
        raise ProofError(
            f"sound starts {starts / _MILLI:.0f} ms and ends {ends / _MILLI:.0f} ms too late"
        )
