"""One recorded file as it was found, before anything is concluded from it."""

from dataclasses import dataclass

from processors.mp4.outline import Outline, Reach


@dataclass(frozen=True, slots=True)
class Recording:
    """What its name, its entry in the folder and its content say."""

    path: str
    """Relative to the footage root."""
    starts: tuple[int, ...]
    """What its name can mean, nanoseconds since the epoch, in order: one, or two where the hour is doubled."""
    grain: int
    """Its start is in [start, start + grain)."""
    size: int
    mtime: int
    """Last change, nanoseconds since the epoch, by the clock of its file system."""
    outline: Outline | None = None
    """None where nothing can be read, see `problem`."""
    problem: str = ""
    unfinished: bool = False
    """It has no header yet."""
    partial: bool = False
    """Only its beginning was read: it serves to tell the time of its neighbours."""

    @property
    def shown(self) -> Reach | None:
        """What can be shown of it."""
        return self.outline.shown if self.outline else None

    @property
    def told(self) -> int:
        """The file's own time at the instant that its name (or `mtxi`) tells.

        Both are about the presentation of the file's first sample (measured: MediaMTX computes them
        from its presentation time). What an edit list hides lies before time 0: nobody is shown it,
        and no name tells it.
        """
        lead = self.outline.lead if self.outline else None
        return max(0, lead.first + lead.composition) if lead else 0
