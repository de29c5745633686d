"""Which blocks are shared, and when that is not tried."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.cutting.sharing import Volume, block_of, share, unshareable
from processors.cutting.splice import Run, Splice

DISK, OTHER = Volume(1, 4096), Volume(2, 4096)
PAIR = {(1, 1): "", (2, 1): "Invalid cross-device link"}


def laid_out(runs: list[Run], block: int) -> Splice:
    """As `splice` does it: congruent to the inputs, behind a header of one block."""
    targets, at = [], block
    for run in runs:
        at += (run.offset - at) % block
        targets.append(at)
        at += run.length
    return Splice(bytes(block), tuple(runs), tuple(targets), at)


RUNS = st.lists(
    st.builds(Run, st.integers(0, 3), st.integers(0, 1 << 40), st.integers(1, 1 << 20)),
    min_size=1,
    max_size=8,
)


@given(runs=RUNS, block=st.sampled_from([512, 4096, 131_072]))
def test_every_byte_of_every_run_gets_there_once_and_none_beside(
    runs: list[Run], block: int
) -> None:
    spliced = laid_out(runs, block)

    found = share(spliced, block)

    for part in found.shared:
        assert part.offset % block == part.target % block == part.length % block == 0
    for part in found.copied:
        assert part.length < block
    parts = sorted([*found.shared, *found.copied], key=lambda part: part.target)
    for run, target in zip(runs, spliced.targets, strict=True):
        at = 0
        while at < run.length:
            part = parts.pop(0)
            assert part[:3] == (run.source, run.offset + at, target + at)
            at += part.length
        assert at == run.length
    assert not parts


def test_a_clip_of_crumbs_is_not_worth_it() -> None:
    assert share(laid_out([Run(0, 4096, 100_000)], 4096), 4096).worth
    assert not share(laid_out([Run(0, at * 9000, 5000) for at in range(9)], 4096), 4096).worth


def test_blocks_are_as_large_as_those_of_the_coarsest_volume() -> None:
    assert block_of([DISK, Volume(3, 65_536), OTHER]) == 65_536


def test_it_is_tried_where_nothing_speaks_against_it() -> None:
    assert unshareable([DISK, DISK], DISK, {}) is None
    assert unshareable([DISK], DISK, PAIR) is None
    assert unshareable([OTHER], DISK, {}) is None, "one file system may have two numbers"


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ([DISK, OTHER], "cross-device"),
        ([DISK, Volume(1, 5000)], "5000 bytes"),
        ([Volume(1, 1 << 22)], "4194304 bytes"),
    ],
)
def test_why_it_is_not_tried(inputs: list[Volume], words: str) -> None:
    why = unshareable(inputs, DISK, PAIR)
    assert why is not None
    assert words in why
