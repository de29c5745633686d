"""`python -m devtools.camera --root mediamtx_clips --name camera1`: records until it is stopped."""

import argparse
import signal
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

from devtools.camera.loop import Encoding, encode
from devtools.camera.record import RealTime, record
from devtools.camera.recorder import Place
from devtools.camera.stream import Session

_SECOND = 1_000_000_000


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m devtools.camera", description=__doc__)
    add = parser.add_argument
    add("--root", type=Path, default=Path("mediamtx_clips"), help="where the recordings go")
    add("--name", default="camera1", help="camera; / makes folders")
    add("--pattern", default="%path/%path_%Y%m%d_%H%M%S", help="recordPath below the root")
    add("--zone", help="zone of the names (IANA); this machine's by default")
    add("--codec", choices=["h264", "hevc"], default="h264")
    add("--audio", choices=["aac", "opus", "none"], default="aac")
    add("--size", default="640x360")
    add("--fps", type=float, default=25)
    add("--gop", type=int, default=25, help="frames from key frame to key frame")
    add("--b-frames", type=int, default=0)
    add("--segment", type=float, default=5, help="seconds of a file")
    add("--part", type=float, default=1, help="seconds of a part")
    add("--first-number", type=int, default=100_000, help="number of the first picture")
    add("--backfill", type=float, default=0, help="seconds of footage made at once")
    add("--seconds", type=float, help="ends after so much footage")
    add("--restart-every", type=float, help="the publisher leaves after so many seconds ...")
    add("--gap", type=float, default=3, help="... and comes back so many seconds later")
    add("--sound-late", type=float, default=0, help="seconds of the sound behind the picture")
    add("--sound-delay", type=float, default=0, help="seconds by which the sound arrives late")
    return parser.parse_args()


def _encoding(args: argparse.Namespace) -> Encoding:
    width, height = map(int, args.size.split("x"))
    return Encoding(
        codec=args.codec,
        audio=None if args.audio == "none" else args.audio,
        width=width,
        height=height,
        fps=args.fps,
        gop=args.gop,
        b_frames=args.b_frames,
        first_number=args.first_number,
    )


def _sessions(args: argparse.Namespace, encoding: Encoding, start: int) -> Iterator[Session]:
    late, delay = args.sound_late, args.sound_delay
    if args.restart_every is None:
        yield Session(encoding, start, args.seconds, sound_late=late, sound_delay=delay)
        return
    for turn in count():
        begun = turn * (args.restart_every + args.gap)
        if args.seconds is not None and begun >= args.seconds:
            return
        at = start + round(begun * _SECOND)
        yield Session(encoding, at, args.restart_every, sound_late=late, sound_delay=delay)


def main() -> None:
    """Records until SIGTERM or Ctrl-C, then closes the last file in order."""
    args = _arguments()
    pace = RealTime()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: pace.stop())
    encoding = _encoding(args)
    encode(encoding)
    place = Place(
        args.root,
        args.name,
        args.pattern,
        ZoneInfo(args.zone) if args.zone else None,
        round(args.segment * _SECOND),
        round(args.part * _SECOND),
    )
    start = time.time_ns() - round(args.backfill * _SECOND)
    record(place, _sessions(args, encoding, start), pace=pace)


if __name__ == "__main__":
    main()
