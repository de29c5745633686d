"""What the camera hears: silence, and an 80 ms beep that starts with every 25th frame."""

import numpy as np
import numpy.typing as npt

RATE = 48_000
EVERY = 25
_LENGTH = 0.08


def pitch(number: int) -> int:
    """Hertz of the beep that starts with frame `number`, a multiple of 25."""
    return 700 + 200 * (number // EVERY % 8)


def samples(first: int, count: int, frame_seconds: float) -> npt.NDArray[np.float32]:
    """The sound of `count` frames from number `first` on, mono at 48 kHz."""
    sound = np.zeros(round(count * frame_seconds * RATE), np.float32)
    beep = np.arange(round(_LENGTH * RATE)) / RATE
    for index in range(-first % EVERY, count, EVERY):
        at = round(index * frame_seconds * RATE)
        tone = 0.5 * np.sin(2 * np.pi * pitch(first + index) * beep)
        sound[at : at + len(beep)] = tone[: len(sound) - at]
    return sound
