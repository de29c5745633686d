"""Decodes a whole clip: the last word on whether it can be watched. Costs a second or more."""

import re
from pathlib import Path

from processors.adapters import ffmpeg
from processors.errors import ProofError

_COUNT = re.compile(r"^frame=\s*(\d+)", re.MULTILINE)


async def decode(tool: ffmpeg.Ffmpeg, video: Path, frames: int, timeout: float) -> None:  # noqa: ASYNC109 -- of the process
    """Raises `ProofError` where `video` does not decode to `frames` pictures without complaint,
    `CutTimeoutError` where that takes more than `timeout` seconds.
    """
    argv = [*tool.launcher, tool.path, "-nostdin", "-hide_banner", "-nostats", "-v", "error"]
    argv += [
        "-progress",
        "pipe:2",
        "-stats_period",
        "600",
        "-i",
        str(video),
        "-map",
        "0:v",
        "-map",
        "0:a?",
    ]
    # In ticks that are fine enough for frames that come unevenly, or two would be at one time.
    argv += ["-fps_mode", "passthrough", "-enc_time_base:v", "1:90000", "-f", "null", "-"]
    said = await ffmpeg.run(argv, timeout)
    counts = _COUNT.findall(said)
    shown = int(counts[-1]) if counts else 0
    if complaints := [line for line in said.splitlines() if line.startswith("[")]:
        raise ProofError(f"the clip does not decode cleanly: {complaints[0][:200]}")
    if shown != frames:
        raise ProofError(f"{shown} of {frames} frames of the clip can be decoded")
