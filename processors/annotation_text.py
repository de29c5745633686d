"""An answer for people: lines to print and put into a file. All times are UTC, all gaps spelled out.

What producers and recorders wrote is shown on one line each, with anything that a printer would
obey or that would change the order of reading written as an escape.
"""

import json
import math
import unicodedata
from collections.abc import Iterator
from datetime import datetime

from schemas.clip import ClipCompleted, Gap, Part, SourceClip, Video
from schemas.word import Word

_LABEL = 20


def as_text(answer: ClipCompleted) -> str:
    """The whole paper, ending in a newline."""
    parts = (_head, _times, _missing, _file, _shared, _recordings, _reported, _foot)
    told = [lines for part in parts if (lines := list(part(answer)))]
    return "\n".join(line for lines in told for line in (*lines, ""))


def _head(answer: ClipCompleted) -> Iterator[str]:
    yield "VIDEO CLIP OF AN INCIDENT"
    yield ""
    yield _line("Outcome", f"{answer.outcome.upper()}: {answer.outcome.meaning}")
    if answer.reason:
        yield _line("Reason", _word(answer.reason))
    yield _line("Camera", answer.camera_id)
    yield _line("Incident", answer.incident.id)
    if answer.incident.type:
        yield _line("Type", answer.incident.type)
    yield _line("Happened at", _time(answer.incident.timestamp))


def _times(answer: ClipCompleted) -> Iterator[str]:
    yield _line("Requested from", _time(answer.requested_start))
    yield _line("            to", _time(answer.requested_end))
    if answer.actual_start and answer.actual_end:
        yield _line("Shown from", _time(answer.actual_start))
        yield _line("        to", _time(answer.actual_end))
    yield _line("Coverage", f"{_percent(answer.coverage)} of the requested time")
    yield _line("Length of the clip", f"{answer.duration_seconds:.3f} s")
    if answer.incident_offset_seconds is not None:
        yield _line(
            "Incident in the clip", f"{answer.incident_offset_seconds:.3f} s from its start"
        )
    if answer.method:
        yield _line("Cut", _word(answer.precision))
        yield _line("Picture", _word(answer.method))


def _missing(answer: ClipCompleted) -> Iterator[str]:
    yield f"MISSING FROM THE REQUESTED TIME{'' if answer.gaps else ': nothing'}"
    for number, gap in enumerate(answer.gaps, start=1):
        yield _gap(number, gap)


def _gap(number: int, gap: Gap) -> str:
    seconds = (gap.end - gap.start).total_seconds()
    span = f"{_time(gap.start)} to {_time(gap.end)}"
    return f"{number:4}  {span}  ({seconds:.3f} s)  {_word(gap.cause)}"


def _file(answer: ClipCompleted) -> Iterator[str]:
    if answer.parts:
        yield f"FILES: {len(answer.parts)}, one behind the other"
    else:
        yield "FILE" if answer.video else "FILE: none"
    for video in answer.videos:
        yield from _video(video)


def _video(video: Video) -> Iterator[str]:
    yield _line("Path", video.path)
    if isinstance(video, Part):
        yield _line("Shown from", _time(video.actual_start))
        yield _line("        to", _time(video.actual_end))
    yield _line("Size", f"{video.size_bytes} bytes")
    if video.blake3:
        yield _line("BLAKE3", video.blake3)
    else:
        yield _line("SHA-256", video.sha256 or "not taken")
    yield _line("Frame size", f"{video.width} x {video.height}")
    if video.mime_codecs:
        yield _line("Codecs", video.mime_codecs)
    if video.sound:
        yield _line("Sound", _word(video.sound))
    if video.lead_in_seconds:
        yield _line("Hidden lead-in", f"{video.lead_in_seconds:.3f} s at the start of the file")


def _shared(answer: ClipCompleted) -> Iterator[str]:
    if answer.merged is None:
        return
    yield "THE SAME FILE SHOWS THESE INCIDENTS"
    for number, one in enumerate(answer.merged.incidents, start=1):
        at = "not shown" if one.offset_seconds is None else f"{one.offset_seconds:.3f} s from start"
        yield f"{number:4}  {_time(one.timestamp)}  {at}  {_plain(one.incident_id)}"
    start, end = answer.merged.start_offset_seconds, answer.merged.end_offset_seconds
    yield _line("Requested time", f"{start:.3f} s to {end:.3f} s from the start of the file")


def _recordings(answer: ClipCompleted) -> Iterator[str]:
    yield f"RECORDINGS USED{'' if answer.source_clips else ': none'}"
    for number, clip in enumerate(answer.source_clips, start=1):
        yield from _recording(number, clip)
    if answer.source_clips:
        yield _line("Made by", answer.source)
    if answer.clock_uncertainty_seconds is not None:
        yield _line("Their times are sure", f"to {answer.clock_uncertainty_seconds:.3f} s")
    if answer.clock_offset_seconds:
        yield _line("Recorder's clock is", f"{answer.clock_offset_seconds:+.3f} s from times here")


def _recording(number: int, clip: SourceClip) -> Iterator[str]:
    yield f"{number:4}  {_plain(clip.file_path)}  ({clip.file_size} bytes)"
    yield f"      {_time(clip.start_time)} to {_time(clip.end_time)}"


def _reported(answer: ClipCompleted) -> Iterator[str]:
    told = answer.incident.annotations
    yield f"REPORTED WITH THE INCIDENT{'' if told else ': nothing'}"
    if told:
        lines = json.dumps(told, indent=2, ensure_ascii=False).split("\n")
        yield from (f"  {_plain(line)}" for line in lines)


def _foot(answer: ClipCompleted) -> Iterator[str]:
    yield _line("Clip", answer.clip_id)
    yield _line("Revision", str(answer.revision))
    if answer.reported_at is not None:
        yield _line("Reported at", _time(answer.reported_at))
    yield _line("Written at", _time(answer.created_at))


def _line(label: str, text: str) -> str:
    return f"{label:<{_LABEL}}  {_plain(text)}"


def _word(word: Word) -> str:
    return f"{word} - {word.meaning}"


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S.%f} UTC"


def _percent(share: float) -> str:
    """Rounded down: what is not the whole must not read 100 %."""
    return f"{math.floor(share * 1000) / 10:.1f} %"


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    if unicodedata.category(char) == "Zs":
        return " "
    return char.encode("unicode_escape").decode()
