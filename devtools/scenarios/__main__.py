"""`python -m devtools.scenarios [--footage ../shared/footage] [--only recorded growing replayed spoilt]`."""

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from devtools.scenarios import growing, recorded, replayed, spoilt
from devtools.scenarios.page import page
from devtools.scenarios.row import Row

_ROOT = Path(__file__).parents[2]


def main() -> int:
    """Write docs/scenarios.md. Exit code 0 if every scenario got what was expected."""
    parser = argparse.ArgumentParser(prog="python -m devtools.scenarios", description=__doc__)
    parser.add_argument("--footage", type=Path, default=_ROOT.parent / "shared/footage")
    parser.add_argument("--only", nargs="*", choices=["recorded", "growing", "replayed", "spoilt"])
    parser.add_argument("--page", type=Path, default=_ROOT / "docs/scenarios.md")
    args = parser.parse_args()
    footage = args.footage.resolve()
    if not (footage / "verify").is_dir() and args.only != ["spoilt"]:
        parser.error(f"needs the recordings and their reader: {footage} has none (--footage)")
    parts: dict[str, Callable[[], Iterator[Row]]] = {
        "recorded": lambda: recorded.rows(footage),
        "growing": lambda: growing.rows(footage),
        "replayed": lambda: replayed.rows(footage),
        "spoilt": spoilt.rows,
    }
    tables: dict[str, list[Row]] = {}
    for name in args.only or parts:
        tables[name] = []
        for row in parts[name]():
            tables[name].append(row)
            mark = "WRONG " + "; ".join(row.faults) if row.faults else "ok"
            print(f"{mark:6} {row.scenario} [{row.precision}]: {row.got} ({row.error})", flush=True)
    wrong = sum(bool(row.faults) for table in tables.values() for row in table)
    print(f"{sum(map(len, tables.values()))} rows, {wrong} wrong")
    if not args.only:
        args.page.write_text(page(tables))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
