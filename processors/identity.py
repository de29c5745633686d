"""Deterministic names: the same incident gives the same clip id and file names, anywhere.

An incident without an id gets one from its content (source, camera, start, type); never from its
offset, which a retry changes, and never from its end, which changes while the incident lasts.
"""

from datetime import datetime
from pathlib import PurePath
from typing import TypeVar
from uuid import UUID, uuid5

from schemas.incident import Incident
from schemas.instant import from_ns

_CLIPS = UUID("5f0c7f0e-6f0b-5a53-9c1e-0b7c2a5d9e31")

File = TypeVar("File", bound=PurePath)


def _key(*parts: str) -> str:
    """Parts joined so that no two different lists give the same text."""
    return "".join(f"{len(part)}:{part}" for part in parts)


def incident_id(incident: Incident, source: str, start: str, given: str | None) -> str:
    """The producer's id (`given`), or one made of the content.

    `start` is the incident's instant as text; the caller resolves zones first.
    """
    if given:
        return given
    return f"auto-{uuid5(_CLIPS, _key(source, incident.camera_id, start, incident.type or ''))}"


def clip_id(source: str, incident: str, camera: str) -> str:
    """The clip's UUID. An incident id alone would give two cameras one clip."""
    return str(uuid5(_CLIPS, _key(source, incident, camera)))


def file_stem(camera: str, at: int, clip: str) -> str:
    """`{camera}_{YYYYMMDD_HHMMSS of the incident, UTC}_{clip_id}`; `/` in a camera becomes `~`."""
    moment: datetime = from_ns(at)
    written = (
        f"{moment.year:04}{moment.month:02}{moment.day:02}"
        f"_{moment.hour:02}{moment.minute:02}{moment.second:02}"
    )
    return f"{camera.replace('/', '~')}_{written}_{clip}"


def video_files(video: File, parts: int) -> list[File]:
    """The files of a clip whose only one would be `video`: that, or `parts` numbered ones.

    `a.mp4` in two parts is `a.1.mp4` and `a.2.mp4`.
    """
    if not parts:
        return [video]
    return [part_file(video, number) for number in range(1, parts + 1)]


def part_file(video: File, number: int) -> File:
    """One of them, counted from 1."""
    return video.with_name(f"{video.stem}.{number}{video.suffix}")
