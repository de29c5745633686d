"""Feeds the MP4 reader with what a coverage-guided fuzzer makes up: `make fuzz ARGS=-max_total_time=300`.

Starts from the beginnings of the real recordings among the tests. A crash is any exception but
`Mp4Error`, a wrong result, more than 2 GB of memory, or more than 10 s for one input; the input is
then written to `.fuzz/`. Arguments are those of libFuzzer.
"""

import sys
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_REAL = _ROOT / "tests/footage"
_FOUND = _ROOT / ".fuzz"
_SEED_BYTES = 8192
"""The header, and a part or two."""
_LIMITS = (f"-artifact_prefix={_FOUND}/", "-timeout=10", "-rss_limit_mb=2048")


def main() -> None:
    """Fuzz until told to stop."""
    import atheris  # noqa: PLC0415  # only here: it is no package of every machine

    corpus = _FOUND / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for path in _REAL.rglob("*.mp4"):
        (corpus / f"seed-{path.parent.name}-{path.name}").write_bytes(
            path.read_bytes()[:_SEED_BYTES]
        )
    with atheris.instrument_imports(include=["processors", "devtools.mp4_survival"]):
        from devtools.mp4_survival import survives  # noqa: PLC0415  # is instrumented on the way

    atheris.Setup([*sys.argv, *_LIMITS, f"-max_len={4 * _SEED_BYTES}", str(corpus)], survives)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
