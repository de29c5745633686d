"""Feeds the MP4 reader with what a coverage-guided fuzzer makes up: `make fuzz ARGS=-max_total_time=300`.

Starts from the beginnings of the real recordings among the tests. A crash is any exception but
`Mp4Error`, a wrong result, more than 2 GB of memory, or more than 10 s for one input; the input is
then written to `.fuzz/`. Arguments are those of libFuzzer.
"""

import sys
from pathlib import Path

from processors.errors import Mp4Error
from processors.mp4.nals import broken_sample, zeroed_sample
from processors.mp4.outline import read_outline
from processors.mp4.reader import read_movie

_ROOT = Path(__file__).parents[1]
_REAL = _ROOT / "tests/footage"
_FOUND = _ROOT / ".fuzz"
_SEED_BYTES = 8192
"""The header, and a part or two."""
_LIMITS = (f"-artifact_prefix={_FOUND}/", "-timeout=10", "-rss_limit_mb=2048")


def survives(data: bytes) -> None:
    """All readings end in a value or in `Mp4Error`, agree, and hold no more than the file can."""
    try:
        movie = read_movie(memoryview(data), len(data))
    except Mp4Error:
        pass
    else:
        assert movie.whole <= len(data)
        assert sum(len(t.samples) for t in movie.tracks) <= 3 * len(data)
        for track in movie.tracks:
            broken_sample(data, track)
            zeroed_sample(data, track)
    try:
        outline = read_outline(lambda at, n: data[at : at + n], len(data))
    except Mp4Error:
        return
    assert outline.whole == movie.whole
    for reach in outline.reaches:
        assert reach.settled <= reach.end
    _grows(data, len(data) // 2)


def _grows(data: bytes, half: int) -> None:
    """A file that was read when it was half as long is the same as one read at once."""
    try:
        before = read_outline(lambda at, n: data[at : min(at + n, half)], half)
    except Mp4Error:
        before = None
    try:
        grown = read_outline(lambda at, n: data[at : at + n], len(data), before)
    except Mp4Error:
        return
    once = read_outline(lambda at, n: data[at : at + n], len(data))
    if grown.fragmented:
        assert grown.reaches == once.reaches
    assert grown.whole == once.whole


def main() -> None:
    """Fuzz until told to stop."""
    import atheris  # noqa: PLC0415  # only here: it is no package of every machine

    corpus = _FOUND / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for path in _REAL.rglob("*.mp4"):
        (corpus / f"seed-{path.parent.name}-{path.name}").write_bytes(
            path.read_bytes()[:_SEED_BYTES]
        )
    atheris.instrument_all()
    atheris.Setup([*sys.argv, *_LIMITS, f"-max_len={4 * _SEED_BYTES}", str(corpus)], survives)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
