"""Carries out a splice by sharing blocks with the recordings: nothing is copied, no room is used.

Source: ioctl_ficlonerange(2). What is shared is a snapshot: what is written into a recording later
does not show in the clip. A system that refuses is asked once for each pair of devices.
"""

import errno
import os
import struct
from collections.abc import Iterator, Sequence
from fcntl import ioctl
from threading import Event
from typing import Final

from processors.adapters.digest import Digest
from processors.adapters.inputs import Input
from processors.cutting.plan import CutPlan
from processors.cutting.reel import Reel
from processors.cutting.sharing import Stretch, Volume, block_of, share, unshareable
from processors.cutting.splice import Splice, splice
from processors.errors import CutError
from processors.mp4.movie import Movie
from processors.mp4.windows import Window, steps

_FICLONERANGE = 0x4020940D
_RANGE = struct.Struct("qQQQ")
_CANNOT = frozenset(
    {
        errno.EOPNOTSUPP,
        errno.ENOTTY,
        errno.ENOSYS,
        errno.EXDEV,
        errno.EINVAL,
        errno.EPERM,
        errno.ETXTBSY,
    }
)
"""What a system says that does not share blocks of these files."""
_PIECE = 1 << 20
"""Bytes that are looked at and hashed at once."""

answers: Final[dict[tuple[int, int], str]] = {}
"""Why not, by devices of input and output; empty where it can. As long as this process lives."""


def volume_of(descriptor: int) -> Volume:
    """Where an open file lies."""
    stat = os.fstat(descriptor)
    return Volume(stat.st_dev, stat.st_blksize)


def ask(source: int, file: int, block: int) -> str:
    """Why open files cannot share a block; empty where they can. `file` then begins with it."""
    pair = volume_of(source).device, volume_of(file).device
    if pair not in answers:
        answers[pair] = _share(source, file, Stretch(0, 0, 0, block))
    return answers[pair]


def clone(file: int, plan: CutPlan, reel: Reel, inputs: Sequence[Input]) -> Splice | None:
    """Makes the clip of `reel` in the new `file`; None where blocks cannot be shared: `file` is empty."""
    volumes = [volume_of(found.descriptor) for found in inputs]
    output = volume_of(file)
    if unshareable(volumes, output, answers) is not None:
        return None
    block = block_of([*volumes, output])
    if min(found.movie.whole for found in inputs) >= block and not any(
        ask(found.descriptor, file, block) for found in inputs
    ):
        spliced = splice(plan, reel, [found.movie for found in inputs], block)
        if _carry_out(file, spliced, inputs, block):
            return spliced
    os.ftruncate(file, 0)
    return None


def _carry_out(file: int, spliced: Splice, inputs: Sequence[Input], block: int) -> bool:
    sharing = share(spliced, block)
    if not sharing.worth:
        return False
    if any(_share(inputs[part.source].descriptor, file, part) for part in sharing.shared):
        return False
    _write_at(file, memoryview(spliced.head), 0)
    for part in sharing.copied:
        _write_at(file, _read(inputs, part), part.target)
    return True


def _share(source: int, file: int, part: Stretch) -> str:
    """Why not; empty where it is done."""
    try:
        ioctl(file, _FICLONERANGE, _RANGE.pack(source, part.offset, part.length, part.target))
    except OSError as exc:
        if exc.errno not in _CANNOT:
            raise
        return exc.strerror or str(exc)
    return ""


def image(
    spliced: Splice, inputs: Sequence[Input], digest: Digest, stop: Event | None, movie: Movie
) -> Iterator[Window]:
    """A cloned clip, read back as `movie`, in pieces of whole samples; also into `digest`.

    Its runs are read where they were recorded: these are the same blocks, and mostly in memory.
    Each piece is valid until the next is asked for.
    """
    video = movie.track("video")
    places = video.samples.offset if video else ()
    spaces = [bytearray(_PIECE) for _ in range(2 if digest.wanted else 1)]
    for start, stretch in _stretches(spliced, places):
        if stop is not None and stop.is_set():
            raise CutError("splicing was stopped")
        if isinstance(stretch, bytes):
            data = memoryview(stretch)
        else:
            data = _room(spaces, stretch.length)
            inputs[stretch.source].fill(data, stretch.offset)
        digest.update(data)
        yield Window(start, data)


def _room(spaces: list[bytearray], length: int) -> memoryview:
    """Of the oldest of `spaces`; one frame may be longer than that."""
    spaces.reverse()
    if len(spaces[0]) < length:
        spaces[0] = bytearray(length)
    return memoryview(spaces[0])[:length]


def _stretches(spliced: Splice, places: Sequence[int]) -> Iterator[tuple[int, bytes | Stretch]]:
    """All of the file in order: what is ours, and where the rest was recorded."""
    yield 0, spliced.head
    at = len(spliced.head)
    for (source, offset, length), target in zip(spliced.runs, spliced.targets, strict=True):
        if at < target:
            yield at, bytes(target - at)
        at = target + length
        for a, b in steps(target, at, places, _PIECE):
            yield a, Stretch(source, offset + a - target, a, b - a)


def _read(inputs: Sequence[Input], part: Stretch) -> memoryview:
    data = memoryview(bytearray(part.length))
    inputs[part.source].fill(data, part.offset)
    return data


def _write_at(file: int, data: memoryview, offset: int) -> None:
    while data:
        count = os.pwrite(file, data, offset)
        data, offset = data[count:], offset + count
