"""`python -m devtools.demo [--broker embedded|kafka] [--once]`."""

import argparse
import asyncio
import contextlib
import sys
from pathlib import Path

from devtools.broker.broker import BrokerError
from devtools.demo.interrupts import Interrupts
from devtools.demo.screen import Screen
from devtools.demo.stage import HERE, Stage, StageError
from devtools.demo.story import Story

_EVERY = 20.0
"""Seconds from one answer to the next incident."""


async def _play(stage: Stage, screen: Screen, *, once: bool) -> bool:
    story = Story(stage, screen)
    async with story.reading():
        good = await story.tell()
        while not once:
            await story.pause(_EVERY)
            good = await story.tell() and good
    return good


def _run(kind: str, folder: Path, screen: Screen, *, once: bool) -> bool:
    interrupts = Interrupts()
    with contextlib.ExitStack() as stack:
        stack.callback(screen.note, "", "everything that was started has ended")
        stage = Stage(kind, folder, screen, interrupts, stack)
        try:
            stage.set_up()
            return asyncio.run(_play(stage, screen, once=once))
        finally:
            screen.title("Ending worker, camera and broker")


def main() -> int:
    """Exit code 0 if the (first) clip is complete and plays to its end."""
    parser = argparse.ArgumentParser(prog="python -m devtools.demo", description=__doc__)
    parser.add_argument("--broker", choices=["embedded", "kafka"], default="embedded")
    parser.add_argument("--once", action="store_true", help="end after the first clip")
    parser.add_argument("--folder", type=Path, default=HERE, help="where recordings and clips go")
    args = parser.parse_args()
    screen = Screen()
    screen.title("From an incident on Kafka to a clip, on this machine alone. Ctrl-C ends it.")
    try:
        return 0 if _run(args.broker, args.folder, screen, once=args.once) else 1
    except KeyboardInterrupt:
        return 130 if args.once else 0
    except (BrokerError, StageError, TimeoutError) as exc:
        screen.fault(str(exc))
        return 1


if __name__ == "__main__":
    sys.exit(main())
