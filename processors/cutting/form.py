"""The common form: what files that cannot be joined as they are must become to be joined. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from processors.cutting.held import Held, HeldFile
from processors.errors import CutError


@dataclass(frozen=True, slots=True)
class Form:
    """What each file becomes: an MP4 file of the same tracks as the others."""

    size: tuple[int, int] | None
    """Pixels of the picture, encoded as H.264; None where the recorded frames are copied."""
    hevc: bool
    """Whether the recorded frames are HEVC, which must be called `hvc1`."""
    channels: int | None
    """Of the sound, encoded as AAC at 48 kHz; None where it is copied, or where there is none."""
    sound: bool
    """Whether there is sound. Files without it get silence, as far as it is encoded."""


def common_form(files: Sequence[HeldFile], *, encode: bool, played: bool) -> Form:
    """What `files` must become to be joined. Sound that can be copied is.

    `encode`: encode the pictures; else `CutError` says what forbids to copy them. `played`: what
    no browser plays may not be copied.
    """
    if not encode:
        _check_copied([file.video for file in files], played=played)
    sounds = [file.audio for file in files]
    found = [sound for sound in sounds if sound]
    copied = len({sound and sound.form for sound in sounds}) == 1 and all(s.played for s in found)
    return Form(
        size=_size(files) if encode else None,
        hevc=files[0].video.codec == "hevc",
        channels=None if copied else min(2, max(s.channels or 1 for s in found)),
        sound=bool(found),
    )


def _check_copied(videos: Sequence[Held], *, played: bool) -> None:
    if played and (odd := next((v for v in videos if not v.played), None)):
        raise CutError(f"no browser plays a picture like this: {odd.codec}{_colours(odd)}")
    if len({video.form for video in videos}) > 1:
        raise CutError(f"the pictures differ: {_names(videos)}")
    if len({shape for video in videos for shape in video.shapes}) > 1:
        raise CutError("the picture changes its size or colours inside a file")


def _colours(video: Held) -> str:
    chroma = {shape.chroma for shape in video.shapes} - {1}
    return {0: " 4:0:0", 2: " 4:2:2", 3: " 4:4:4"}[chroma.pop()] if chroma else ""


def _names(videos: Sequence[Held]) -> str:
    names = dict.fromkeys(f"{v.codec} {v.width}x{v.height}" for v in videos)
    return " and ".join(names) if len(names) > 1 else "their decoders are told different things"


def _size(files: Sequence[HeldFile]) -> tuple[int, int]:
    """The largest picture of all; H.264 with 4:2:0 wants even numbers."""
    width, height = max((file.video.size for file in files), key=lambda size: size[0] * size[1])
    return max(2, width + width % 2), max(2, height + height % 2)
