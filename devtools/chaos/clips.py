"""The files of announced answers: there, unchanged, and showing what was asked for."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from devtools.chaos.pictures import PICTURES, Film

Answer = Mapping[str, Any]


class Shelf:
    """Clips below `output`, made of what the cameras filmed below `footage`."""

    def __init__(self, output: Path, footage: Path) -> None:
        self._output = output
        self._footage = footage
        self._films: dict[str, Film] = {}

    def problems(self, answer: Answer) -> list[str]:
        """What is wrong with the files of an answer that no later one has replaced."""
        return list(self._problems(answer))

    def _problems(self, answer: Answer) -> Iterable[str]:
        for file in answer["annotation_files"].values():
            if not (self._output / file["path"]).is_file():
                yield f"{file['path']} is missing"
        if (video := answer["video"]) is None:
            return
        path = self._output / video["path"]
        if not path.is_file():
            yield f"{video['path']} is missing"
        elif hashlib.sha256(path.read_bytes()).hexdigest() != video["sha256"]:
            yield f"{video['path']} is not what was announced"
        elif fault := self._film(answer["camera_id"]).fault(
            path, answer["actual_start"], answer["actual_end"]
        ):
            yield f"{video['path']}: {fault}"
        elif answer["outcome"] == "complete" and (short := _shortage(answer)):
            yield f"{video['path']} is called complete, but {short}"

    def left_behind(self) -> list[str]:
        """Files in staging, where nobody works any more."""
        staging = self._output / ".staging"
        return [str(p.relative_to(self._output)) for p in staging.rglob("*") if p.is_file()]

    def _film(self, camera: str) -> Film:
        return self._films.setdefault(camera, Film(self._footage / camera))


def _shortage(answer: Answer) -> str | None:
    picture = 1 / PICTURES.fps
    times = {
        name: datetime.fromisoformat(answer[name]).timestamp()
        for name in ("actual_start", "actual_end", "requested_start", "requested_end")
    }
    if times["actual_start"] > times["requested_start"] + picture:
        return "begins after its window"
    if times["actual_end"] < times["requested_end"] - picture:
        return "ends before its window"
    return None
