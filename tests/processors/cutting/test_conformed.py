"""The proof of a converted file: what is missing, moved or changed is seen."""

from dataclasses import replace
from pathlib import PurePath

import pytest

from processors.cutting.conform_args import Task
from processors.cutting.conformed import prove_conformed, trimmed, wanted
from processors.cutting.form import Form
from processors.cutting.held import Held, HeldFile
from processors.cutting.plan import Piece
from processors.errors import CutError, ProofError
from processors.mp4.parameters import Shape
from processors.span import Span
from tests.clips import MS
from tests.movies import segment

COPIED = Form(size=None, hevc=False, channels=None, sound=True)
ENCODED = Form(size=(640, 360), hevc=False, channels=None, sound=True)
BEGIN = 100_000 * MS


def held(count: int, *, kind: str = "video", step: int = 40, start: int = 0, head: int = 0) -> Held:
    shown = tuple((start + i * step) * MS for i in range(count))
    video = kind == "video"
    return Held(
        kind="video" if video else "audio",
        codec="h264" if video else "aac",
        config=b"",
        shown=shown,
        end=(start + count * step) * MS,
        keys=bytes(int(i >= head) if video else 1 for i in range(count)),
        digests=tuple(f"{kind}{i}" for i in range(count)),
        width=640,
        height=360,
        shapes=(Shape(640, 360, 1, 8),) if video else (),
    )


def later(track: Held, by: int) -> Held:
    return replace(track, shown=tuple(at + by for at in track.shown), end=track.end + by)


MADE = HeldFile(held(50), held(90, kind="audio", step=20, start=200))
RECORDED = HeldFile(*(later(track, BEGIN) for track in (MADE.video, MADE.audio) if track))
TASK = Task(PurePath("/footage/a.ts"), 1000, RECORDED, PurePath("/staging/0.mp4"))
AUDIO = MADE.audio or held(1)


def test_what_is_as_recorded_is_proven() -> None:
    prove_conformed(TASK, MADE, COPIED)
    prove_conformed(TASK, MADE, ENCODED)


def _without(track: Held, at: int) -> Held:
    return replace(
        track,
        shown=(*track.shown[:at], *track.shown[at + 1 :]),
        digests=(*track.digests[:at], *track.digests[at + 1 :]),
        keys=track.keys[:at] + track.keys[at + 1 :],
    )


def _moved(track: Held, at: int, by: int) -> Held:
    return replace(track, shown=(*track.shown[:at], track.shown[at] + by, *track.shown[at + 1 :]))


WRONG = {
    "a frame is missing": HeldFile(_without(MADE.video, 20), AUDIO),
    "the last frame is missing": HeldFile(_without(MADE.video, 49), AUDIO),
    "a frame is moved": HeldFile(_moved(MADE.video, 20, 5 * MS), AUDIO),
    "all frames are moved": HeldFile(later(MADE.video, 20 * MS), AUDIO),
    "a piece of sound is missing": HeldFile(MADE.video, _without(AUDIO, 3)),
    "the sound is moved": HeldFile(MADE.video, later(AUDIO, 20 * MS)),
    "the sound is lost": HeldFile(MADE.video, None),
}


@pytest.mark.parametrize("made", WRONG.values(), ids=list(WRONG))
@pytest.mark.parametrize("form", [COPIED, ENCODED], ids=["copied", "encoded"])
def test_what_is_not_is_refused(made: HeldFile, form: Form) -> None:
    with pytest.raises(ProofError):
        prove_conformed(TASK, made, form)


def test_copied_frames_must_say_the_same() -> None:
    other = replace(MADE.video, digests=("x", *MADE.video.digests[1:]))

    with pytest.raises(ProofError, match="does not say what was recorded"):
        prove_conformed(TASK, HeldFile(other, AUDIO), COPIED)


def test_frames_before_the_first_key_frame_are_not_wanted() -> None:
    late = replace(TASK, held=HeldFile(held(50, head=24), None))

    assert len(wanted(late)) == 26


def _piece(start: float, end: float) -> Piece:
    made = segment("a.ts", start, end)
    return Piece(made, made.zero, made.span)


def test_of_an_exact_clip_sound_goes_on_over_joins_but_not_over_its_ends() -> None:
    task = replace(TASK, held=MADE)
    pieces = [(_piece(0, 2), task), (_piece(2, 4), task), (_piece(4, 6), task)]

    first, middle, last = trimmed(pieces, Span(1000 * MS, 4400 * MS))

    assert [len(wanted(chosen)) for _, chosen in (first, middle, last)] == [25, 50, 10]
    assert first[1].sound is not None
    assert (first[1].sound[0] + MS) // (10 * MS) == 100
    assert first[1].sound[1] >= AUDIO.shown[-1]
    assert middle[1].sound == (AUDIO.shown[0] - MS // 2, AUDIO.end - MS // 2)
    assert last[1].sound is not None
    assert last[1].sound[1] <= 400 * MS


def test_a_window_without_a_frame_is_refused() -> None:
    with pytest.raises(CutError, match="no frame"):
        trimmed([(_piece(0, 2), replace(TASK, held=MADE))], Span(5000 * MS, 6000 * MS))
