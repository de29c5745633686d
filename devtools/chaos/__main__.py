"""`python -m devtools.chaos [--seconds 120] [--rate 6] [--workers 3] [--broker-kills 1] [--seed N]`."""

import argparse
import asyncio
import logging
import shutil
import sys
import tempfile
import time
from pathlib import Path

from devtools.broker.kafka import missing
from devtools.chaos import stock
from devtools.chaos.run import Plan, play
from devtools.installation import PRODUCT
from devtools.stopwatch import Stopwatch


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m devtools.chaos", description=__doc__)
    add = parser.add_argument
    add("--seconds", type=float, default=120, help="of load and disturbances")
    add("--rate", type=float, default=6, help="incidents a second")
    add("--workers", type=int, default=3)
    add("--broker-kills", type=int, default=1, help="kill -9 of the broker, or of one of them")
    add("--brokers", type=int, default=1, help="nodes of the cluster; each record is on three")
    add("--rollings", type=int, default=0, help="restarts of all brokers, one after the other")
    add("--spare-workers", action="store_true", help="disturb the broker only")
    add("--settle", type=float, default=120, help="seconds after which all must be settled")
    add("--seed", type=int, default=time.time_ns() % 1_000_000, help="of what happens when")
    add("--stock", action="store_true", help="with Faust's own acks, which lose incidents")
    add("--keep", action="store_true", help="keep the folder even if all is well")
    return parser.parse_args()


def main() -> int:
    """Exit code 0 if nothing was lost."""
    args = _arguments()
    if (why := missing()) is not None:
        print(why, file=sys.stderr)
        return 2
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it says a lot without a broker
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    print(f"seed {args.seed}; everything is in {folder}", flush=True)
    plan = Plan(
        seconds=args.seconds,
        rate=args.rate,
        workers=args.workers,
        broker_kills=args.broker_kills,
        brokers=args.brokers,
        spare_workers=args.spare_workers,
        rollings=args.rollings,
        settle=args.settle,
        seed=args.seed,
        program=stock.PROGRAM if args.stock else PRODUCT,
    )
    outcome = asyncio.run(play(plan, folder, Stopwatch().tell))
    print(outcome)
    print(f"{'nothing was lost' if outcome.good else 'NOT GOOD'} (seed {args.seed})")
    if outcome.good and not args.keep:
        shutil.rmtree(folder)
    return 0 if outcome.good else 1


if __name__ == "__main__":
    sys.exit(main())
