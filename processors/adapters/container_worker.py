"""Reads containers that are no MP4, in a process of its own: libav may crash or hang on damage.

A JSON object a line comes in on stdin (`path`, `size`, `frames`), another a line goes out on
stdout. Ends with its parent, because stdin ends then.
"""

import json
import sys
from collections import defaultdict
from typing import Any

import av

from processors.mp4.parameters import Shape, shapes_of, units_of_config
from processors.mp4.payload import Split, digest, splitter
from schemas.instant import NANOS

_KINDS = {"video", "audio"}
_TS_PACKET = 188
"""Bytes; a transport stream is a whole number of them (source: ISO/IEC 13818-1)."""


class _Frames:
    """What the frames of a stream say, one after the other."""

    def __init__(self, context: Any) -> None:
        self.codec, config = context.name, context.extradata or b""
        self._split: Split = splitter(self.codec, config)
        framed = config[:1] == b"\1"
        units = units_of_config(self.codec, config) if framed else self._split(config)
        self._told = shapes_of(self.codec, units)
        self._shapes: dict[Shape, None] = {}
        self._digests: list[str] = []

    def add(self, packet: Any) -> None:
        units = self._split(bytes(packet))
        self._digests.append(digest(units))
        if packet.is_keyframe:
            self._shapes |= dict.fromkeys(shapes_of(self.codec, units))

    def facts(self) -> dict[str, Any]:
        return {"digests": self._digests, "shapes": list(self._shapes) or self._told}


def read(path: str, size: int, *, frames: bool) -> dict[str, Any]:
    """The streams in the first `size` bytes of the file, and their packets in order of the file.

    `tail` is where the last frame begins; `frames`: look into the frames as well. Of a transport
    stream that was cut, the last picture is, too: then it is read up to there, which is `whole`.
    """
    rows: dict[int, list[list[int]]] = defaultdict(list)
    looks: dict[int, _Frames] = {}
    tail, untimed = None, 0
    with av.open(f"subfile,,start,0,end,{size},,:{path}", metadata_errors="ignore") as container:
        streams = [s for s in container.streams if s.type in _KINDS]
        name = container.format.name
        ordered = name == "avi"
        if frames:
            looks = {s.index: _Frames(s.codec_context) for s in streams}
        for packet in container.demux(streams):
            if not packet.size:
                continue
            row = _row(packet, ordered=ordered)
            if row is None:
                untimed += 1
                continue
            rows[packet.stream.index].append(row)
            if frames:
                looks[packet.stream.index].add(packet)
            if packet.stream.type == "video":
                tail = packet.pos
        facts = [_facts(s) | {"packets": rows[s.index]} for s in streams]
        # Streams are gone when the container is closed.
        if frames:
            facts = [fact | looks[s.index].facts() for fact, s in zip(facts, streams, strict=True)]
    if name == "mpegts" and tail and size % _TS_PACKET:
        return read(path, tail, frames=frames)
    return {"streams": facts, "tail": tail, "whole": size, "untimed": untimed}


def _row(packet: Any, *, ordered: bool) -> list[int] | None:
    """Its times and whether it is a key frame; None where it does not say when it is shown.

    Matroska tells no times of decoding, and libav guesses none for the first of reordered frames.
    `ordered`: AVI tells times of decoding only. Without B-frames they are those of showing, which
    libav guesses to be later.
    """
    base, shown = packet.time_base, packet.pts
    if ordered:
        shown = None if getattr(packet.stream.codec_context, "has_b_frames", 0) else packet.dts
    if shown is None:
        return None
    num, den = base.numerator * NANOS, base.denominator
    times = (shown, shown if packet.dts is None else packet.dts, packet.duration or 0)
    return [*(value * num // den for value in times), int(packet.is_keyframe)]


def _facts(stream: Any) -> dict[str, Any]:
    context = stream.codec_context
    # With start codes, zeros at the end are those of a start code that followed somewhere.
    config = (context.extradata or b"").rstrip(b"\0").hex()
    form = [context.name, config, str(stream.time_base)]
    if stream.type == "video":
        size = {"width": context.width, "height": context.height}
    else:
        size = {"rate": context.sample_rate, "channels": context.channels}
    return {
        "kind": stream.type,
        "form": [*form, *size.values()],
        "codec": context.name,
        "config": config,
        **size,
    }


def main() -> None:
    """Serve until stdin ends."""
    for line in sys.stdin:
        try:
            asked = json.loads(line)
            answer = read(asked["path"], asked["size"], frames=asked["frames"])
        except (av.FFmpegError, OSError, ValueError, EOFError) as exc:
            answer = {
                "error": f"cannot be read: {exc.strerror if isinstance(exc, OSError) else exc}"
            }
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
