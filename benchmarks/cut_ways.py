"""The ways of making a clip that `benchmarks.cut` compares."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import av
import imageio_ffmpeg

from benchmarks.cut_footage import Footage
from processors.adapters.cloner import clone
from processors.adapters.digest import Digest
from processors.adapters.inputs import open_inputs
from processors.adapters.splicer import Splicer, write
from processors.cutting.plan import CutPlan
from processors.cutting.planner import plan_cut
from processors.cutting.reel import lay_reel
from processors.cutting.splice import splice
from processors.footage.coverage import Coverage
from processors.span import Span
from schemas.clip_settings import Checksum
from schemas.incident import Precision
from schemas.instant import NANOS

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Job:
    """One clip to make."""

    footage: Footage
    target: Path
    durable: bool = False
    checksum: Checksum = Checksum.NONE


def raw(job: Job) -> None:
    """The limit: the files' bytes, copied."""
    out = os.open(job.target, os.O_RDWR | os.O_CREAT | os.O_EXCL)
    space = memoryview(bytearray(_PIECE))
    for segment in job.footage.timeline.segments:
        source = os.open(job.footage.root / segment.path, os.O_RDONLY)
        while count := os.readv(source, [space]):
            os.write(out, space[:count])
        os.close(source)
    if job.durable:
        os.fsync(out)
    os.close(out)


def _plan(job: Job, precision: Precision) -> CutPlan:
    segments = job.footage.timeline.segments
    window = Span(segments[0].span.start + NANOS, segments[-1].span.end - NANOS)
    middle = (window.start + window.end) // 2
    whole = Coverage((window,), (), 1.0)
    plan = plan_cut(window, middle, job.footage.timeline, whole, precision=precision)
    assert plan is not None
    return plan


def _splice(job: Job, precision: Precision) -> None:
    splicer = Splicer(job.footage.root, timeout=60, checksum=job.checksum, durable=job.durable)
    splicer.cut_now(_plan(job, precision), job.target, Event())


def ours(job: Job) -> None:
    """Plan, parse, cut, prove."""
    _splice(job, Precision.SEGMENTS)


def ours_exact(job: Job) -> None:
    """The same to the frame: two seconds less of picture, and a lead-in."""
    _splice(job, Precision.EXACT)


def ours_unproven(job: Job) -> None:
    """Parse and cut only; with a checksum by copying, as a clip that is not read again has none."""
    plan = _plan(job, Precision.SEGMENTS)
    with open_inputs(job.footage.root, plan) as inputs:
        reel = lay_reel(plan, [found.movie for found in inputs])
        out = os.open(job.target, os.O_RDWR | os.O_CREAT | os.O_EXCL)
        with Digest(job.checksum) as digest:
            if job.checksum is not Checksum.NONE or not clone(out, plan, reel, inputs):
                write(out, splice(plan, reel), inputs, digest, durable=job.durable)
            digest.finish()
        if job.durable:
            os.fsync(out)
        os.close(out)


def pyav(job: Job) -> None:
    """A remux in process by FFmpeg's libraries, without their probing."""
    out = av.open(str(job.target), "w", format="mp4", options={"movflags": "+faststart"})
    shift = 0
    with out:
        streams: dict[int, av.stream.Stream] = {}
        last: dict[int, int] = {}
        for segment in job.footage.timeline.segments:
            path = str(job.footage.root / segment.path)
            with av.open(path, options={"codec_whitelist": "none"}) as source:
                for stream in source.streams:
                    if stream.index not in streams:
                        streams[stream.index] = out.add_stream_from_template(stream)
                for packet in source.demux():
                    if packet.dts is not None:
                        ticks = round(shift / NANOS / packet.time_base)
                        packet.dts += ticks
                        packet.pts += ticks
                        index = packet.stream.index
                        if packet.dts <= last.get(index, packet.dts - 1):
                            packet.dts = last[index] + 1
                            packet.pts = max(packet.pts, packet.dts)
                        last[index] = packet.dts
                        packet.stream = streams[index]
                        out.mux(packet)
            shift += segment.span.length
    if job.durable:
        _sync(job.target)


def ffmpeg_plain(job: Job) -> None:
    """The ffmpeg on PATH, as people write it."""
    _ffmpeg(job, "ffmpeg", [])


def ffmpeg_static(job: Job) -> None:
    """A static ffmpeg with probing switched off."""
    _ffmpeg(job, imageio_ffmpeg.get_ffmpeg_exe(), ["-codec_whitelist", "none"])


def _ffmpeg(job: Job, binary: str, switches: list[str]) -> None:
    listed = job.target.with_suffix(".txt")
    rows = [
        f"file '{job.footage.root / s.path}'\nduration {s.span.seconds}"
        for s in job.footage.timeline.segments
    ]
    listed.write_text("ffconcat version 1.0\n" + "\n".join(rows) + "\n")
    argv = [binary, "-nostdin", "-v", "fatal", "-y", *switches, "-f", "concat", "-safe", "0"]
    argv += ["-i", str(listed), "-c", "copy", "-movflags", "+faststart", "-f", "mp4"]
    subprocess.run([*argv, str(job.target)], check=True, timeout=60)
    listed.unlink()
    if job.durable:
        _sync(job.target)


def _sync(path: Path) -> None:
    out = os.open(path, os.O_RDWR)
    os.fsync(out)
    os.close(out)


WAYS: dict[str, Callable[[Job], None]] = {
    "raw": raw,
    "ours": ours,
    "ours-exact": ours_exact,
    "ours-unproven": ours_unproven,
    "pyav": pyav,
    "ffmpeg": ffmpeg_plain,
    "ffmpeg-static": ffmpeg_static,
}


def make_clip(way: str, job: Job) -> None:
    """The whole of a clip, its name included."""
    WAYS[way](job)
    job.target.replace(job.target.with_suffix(".mp4"))
