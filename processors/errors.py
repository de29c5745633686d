"""Our exceptions, each mapped once from the foreign error it stands for.

    ClipError
    ├── FootageError          a recorded file cannot be used as it is
    │   ├── InputError        it was planned for a clip, and is not what was planned
    │   └── Mp4Error          its boxes do not make sense (see processors/mp4)
    │       └── Mp4UnfinishedError   it has no header yet, or never got one
    ├── CutError              a way of cutting did not give a clip
    │   ├── CutTimeoutError   it took longer than `cut.timeout`
    │   ├── CutterLostError   the process that was at it died
    │   └── ProofError        it gave one that is not what was planned
    └── StoreError            the output could not be written
        ├── OutputFullError   because the volume is full
        └── ReadModelError    the list of clips cannot be read or written
            ├── ReadModelBrokenError  because its file is damaged
            └── ReadModelFullError    because there is no room for it

Ordinary ends of an incident are values (see `processors/clip_job.py`), not exceptions.
"""


class ClipError(Exception):
    """Base of all of ours. `str()` is a sentence for an operator, without absolute paths."""


class FootageError(ClipError):
    """A recorded file cannot be used as it is."""


class InputError(FootageError):
    """A file that was planned for a clip is not what was planned."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path} {why}")
        self.path = path
        """Relative to the footage root."""
        self._why = why

    def __reduce__(self) -> tuple[type["InputError"], tuple[str, str]]:
        return type(self), (self.path, self._why)


class Mp4Error(FootageError):
    """The boxes of a file do not make sense."""


class Mp4UnfinishedError(Mp4Error):
    """The file has no whole `moov`: it is still being written, or was cut off before it."""


class CutError(ClipError):
    """A way of cutting did not give a clip."""


class CutTimeoutError(CutError):
    """Cutting took longer than `cut.timeout`."""


class CutterLostError(CutError):
    """The process that was cutting died: a crash, no memory, or somebody's signal."""


class ProofError(CutError):
    """The clip is not what was planned."""


class StoreError(ClipError):
    """The output could not be written."""


class OutputFullError(StoreError):
    """The output volume has no room."""


class ReadModelError(StoreError):
    """The list of clips cannot be read or written right now."""


class ReadModelBrokenError(ReadModelError):
    """The file of the list of clips is damaged: make it anew from the topic."""


class ReadModelFullError(ReadModelError):
    """The volume has no room for the list of clips: try again later."""
