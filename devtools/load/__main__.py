"""`python -m devtools.load [--requests 2000] [--at-once 8] [--seconds 120] [--broker kafka]`."""

import argparse
import asyncio
import contextlib
import sys
import tempfile
from pathlib import Path

from devtools.demo.interrupts import Interrupts
from devtools.demo.screen import Screen
from devtools.demo.stage import CAMERA, Stage
from devtools.load.client import Load

_LOOK_EVERY = 2.0


async def _play(load: Load, screen: Screen, count: int, at_once: int, seconds: float) -> bool:
    before = await load.memory()
    work = asyncio.ensure_future(load.run(count, at_once, seconds))
    loop = asyncio.get_running_loop()
    began = loop.time()
    while not work.done():
        await asyncio.wait({work}, timeout=_LOOK_EVERY)
        screen.progress(f"{load.figures.asked} of {count} requests", loop.time() - began)
    await work
    took = loop.time() - began
    after = await load.memory()
    screen.step(
        "load", f"{load.figures.asked} requests, {load.figures.asked / took:.0f} a second", took
    )
    for line in load.figures.lines():
        screen.note("", line)
    screen.note("", f"memory {before / 1e6:.0f} MB before, {after / 1e6:.0f} MB after")
    return load.figures.failed == 0


def main() -> int:
    """Exit code 0 if every request succeeded."""
    parser = argparse.ArgumentParser(prog="python -m devtools.load", description=__doc__)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--broker", choices=["embedded", "kafka"], default="embedded")
    args = parser.parse_args()
    screen = Screen()
    with tempfile.TemporaryDirectory(prefix="load-") as folder, contextlib.ExitStack() as stack:
        stage = Stage(args.broker, Path(folder), screen, Interrupts(), stack)
        stage.set_up()
        load = Load(f"http://127.0.0.1:{stage.port}", CAMERA)
        good = asyncio.run(_play(load, screen, args.requests, args.at_once, args.seconds))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
