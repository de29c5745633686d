"""`python -m devtools.flood [--waiting 1000000] [--due 10000] [--hot 100000] [--seconds 120]`."""

import argparse
import asyncio
import logging
import shutil
import sys
import tempfile
from pathlib import Path

from devtools.broker.kafka import missing
from devtools.flood.run import Plan, play
from devtools.stopwatch import Stopwatch

_USUAL = Plan()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m devtools.flood", description=__doc__)
    add = parser.add_argument
    add("--waiting", type=int, default=_USUAL.waiting, help="incidents whose time has not come")
    add("--due", type=int, default=_USUAL.due, help="incidents that are due in one instant")
    add("--hot", type=int, default=_USUAL.hot, help="incidents of one camera")
    add("--seconds", type=float, default=_USUAL.seconds, help="to watch when everything is due")
    add("--workers", type=int, default=_USUAL.workers)
    add("--keep", action="store_true", help="keep the folder even if all is well")
    return parser.parse_args()


def main() -> int:
    """Exit code 0 if memory stayed bounded and nobody else had to wait."""
    args = _arguments()
    if (why := missing()) is not None:
        print(why, file=sys.stderr)
        return 2
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it says a lot at the start
    folder = Path(tempfile.mkdtemp(prefix="flood-"))
    plan = Plan(args.waiting, args.due, args.hot, seconds=args.seconds, workers=args.workers)
    outcome = asyncio.run(play(plan, folder, Stopwatch().tell))
    print("\n".join(outcome.lines))
    print("\n".join(f"NOT GOOD: {fault}" for fault in outcome.faults) or "all is well")
    if outcome.faults or args.keep:
        print(f"kept: {folder}")
    else:
        shutil.rmtree(folder)
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())
