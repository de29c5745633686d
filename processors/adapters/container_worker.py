"""Reads containers that are no MP4, in a process of its own: libav may crash or hang on damage.

A path a line comes in on stdin, a JSON object a line goes out on stdout. Ends with its parent,
because stdin ends then.
"""

import json
import sys
from collections import defaultdict
from typing import Any

import av

from schemas.instant import NANOS

_KINDS = {"video", "audio"}


def read(path: str) -> dict[str, Any]:
    """The streams of the file and their packets, in order of the file."""
    packets: dict[int, list[list[int]]] = defaultdict(list)
    with av.open(path, metadata_errors="ignore") as container:
        streams = [s for s in container.streams if s.type in _KINDS]
        for packet in container.demux(streams):
            if packet.pts is not None and packet.dts is not None and packet.size:
                packets[packet.stream.index].append(_row(packet))
        return {"streams": [_facts(s) | {"packets": packets[s.index]} for s in streams]}


def _row(packet: Any) -> list[int]:
    base = packet.time_base
    num, den = base.numerator * NANOS, base.denominator
    times = (packet.pts, packet.dts, packet.duration or 0)
    return [*(value * num // den for value in times), int(packet.is_keyframe)]


def _facts(stream: Any) -> dict[str, Any]:
    context = stream.codec_context
    form = [context.name, (context.extradata or b"").hex(), str(stream.time_base)]
    if stream.type == "video":
        form += [context.width, context.height]
    else:
        form += [context.sample_rate, context.channels]
    return {"kind": stream.type, "form": form}


def main() -> None:
    """Serve until stdin ends."""
    for line in sys.stdin:
        try:
            answer = read(json.loads(line))
        except (av.FFmpegError, OSError, ValueError, EOFError) as exc:
            answer = {
                "error": f"cannot be read: {exc.strerror if isinstance(exc, OSError) else exc}"
            }
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
