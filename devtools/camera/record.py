"""Runs a camera: its sessions one after the other, at once or as time passes."""

import random
import threading
import time
from collections.abc import Callable, Iterable

from devtools.camera.recorder import Arrival, Place, Recorder
from devtools.camera.stream import Ending, Session

Pace = Callable[[int], bool]
"""Returns when it is time for that instant (nanoseconds since the epoch); False: stop now."""

_SECOND = 1_000_000_000


def at_once(_: int) -> bool:
    """Writes without waiting."""
    return True


class RealTime:
    """Waits for each instant; what lies in the past is written at once. `stop()` from any thread."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def __call__(self, instant: int) -> bool:
        """Waits; False once stopped."""
        ahead = (instant - time.time_ns()) / _SECOND
        return not (self._stopped.wait(ahead) if ahead > 0 else self._stopped.is_set())

    def stop(self) -> None:
        """Ends the recording in order."""
        self._stopped.set()


def record(
    place: Place, sessions: Iterable[Session], *, pace: Pace = at_once, seed: int | None = None
) -> None:
    """Writes the files of `sessions` and returns when the last one ends, or `pace` says so.

    The same `seed` gives the same bytes. Files get the times at which they would have been written.
    """
    chance = random.Random(seed)
    for session in sessions:
        recorder = Recorder(place, session.tracks, chance.randbytes(16), chance)
        last = _feed(recorder, session, pace)
        if last is None:
            return
        _end(recorder, session.ending, last.at)


def _feed(recorder: Recorder, session: Session, pace: Pace) -> Arrival | None:
    """The last frame, or None if the recorder was stopped before it came."""
    arrival = None
    for arrival in session.arrivals():
        if not pace(arrival.at):
            recorder.close(arrival.at)
            return None
        recorder.write(arrival)
    return arrival


def _end(recorder: Recorder, ending: Ending, at: int) -> None:
    if ending is Ending.CLOSED:
        recorder.close(at)
    elif ending is Ending.KILLED:
        recorder.die(at)
    else:
        recorder.tear(at, patched=ending is Ending.FULL)
