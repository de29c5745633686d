"""Which blocks of a clip may be the recording's own, instead of a copy of them. Pure.

A file system that shares extents (XFS, btrfs, ZFS) does so by whole blocks that lie at the same
place within a block in both files. The rest of a run, at its edges, is copied: no byte comes along
that the run does not hold.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from processors.cutting.splice import Splice

_LARGEST = 1 << 20
"""Bytes of a block beyond which padding costs more than sharing saves."""


class Volume(NamedTuple):
    """Where a file lies."""

    device: int
    block: int
    """Bytes that its file system gives out at once."""


class Stretch(NamedTuple):
    """Bytes of an input, and where in the clip they come to lie."""

    source: int
    offset: int
    target: int
    length: int


class Sharing(NamedTuple):
    """The bytes of a clip's runs, by how they get there."""

    shared: tuple[Stretch, ...]
    """Whole blocks."""
    copied: tuple[Stretch, ...]

    @property
    def worth(self) -> bool:
        """Whether enough is shared to be better than a copy without padding."""
        return sum(s.length for s in self.shared) >= sum(s.length for s in self.copied)


def block_of(volumes: Iterable[Volume]) -> int:
    """Bytes that are whole blocks on all `volumes`."""
    return max(volume.block for volume in volumes)


def unshareable(
    inputs: Iterable[Volume], output: Volume, refused: Mapping[tuple[int, int], str]
) -> str | None:
    """Why a clip on `output` cannot share blocks with `inputs`; None where it is worth a try.

    `refused`: what the system said when it was tried before, by devices of input and output.
    """
    volumes = list(inputs)
    said = (refused.get((volume.device, output.device)) for volume in volumes)
    if why := next(filter(None, said), None):
        return why
    block = block_of([*volumes, output])
    if block > _LARGEST or block & (block - 1):
        return f"blocks of {block} bytes are not shared"
    return None


def share(spliced: Splice, block: int) -> Sharing:
    """How the runs of a clip that was laid out for `block` get into it."""
    shared: list[Stretch] = []
    copied: list[Stretch] = []
    for (source, offset, length), target in zip(spliced.runs, spliced.targets, strict=True):
        front = min(-offset % block, length)
        whole = (length - front) // block * block
        cuts = [0, front, front + whole, length]
        for kind, a, b in zip((copied, shared, copied), cuts, cuts[1:], strict=False):
            if a < b:
                kind.append(Stretch(source, offset + a, target + a, b - a))
    return Sharing(tuple(shared), tuple(copied))
