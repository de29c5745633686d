"""Incidents in a file: JSON, an object a line (.jsonl), or a table with names in its first line (.csv).

A name with a dot is a field of an object (`annotations.label`, `group.id`). Line numbers are counted
from 1, as editors do.
"""

import csv
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from processors.errors import ClipError
from schemas.incident import Incident


class IncidentFileError(ClipError):
    """The file cannot be read as incidents; `str()` says why."""


class IncidentFile:
    """The lines of a file as values of incident records."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if path.suffix not in (".csv", ".jsonl"):
            raise IncidentFileError(f"{path.name} is neither .csv nor .jsonl")
        try:
            self.digest = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as exc:
            raise IncidentFileError(f"{path} cannot be read: {exc.strerror}") from exc

    def values(self) -> Iterator[tuple[int, bytes]]:
        """Line number and JSON bytes of each incident; those of a .jsonl as they are."""
        read = self._table if self.path.suffix == ".csv" else self._lines
        try:
            yield from read()
        except (csv.Error, UnicodeDecodeError) as exc:
            raise IncidentFileError(f"{self.path.name} cannot be read: {exc}") from exc

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        with self.path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if value := line.strip():
                    yield number, value

    def _table(self) -> Iterator[tuple[int, bytes]]:
        with self.path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file, strict=True)
            strange = {
                name
                for name in rows.fieldnames or ()
                if name.split(".")[0] not in Incident.model_fields
            }
            if strange:
                raise IncidentFileError(
                    f"{self.path.name} has unknown columns {', '.join(sorted(strange))}: use "
                    f"{', '.join(Incident.model_fields)}, or annotations.<name> for what is carried"
                )
            for row in rows:
                yield rows.line_num, json.dumps(_tree(row)).encode()


def _tree(row: dict[str, str]) -> dict[str, object]:
    tree: dict[str, object] = {}
    for name, value in row.items():
        if not name or not value:
            continue
        first, dot, rest = name.partition(".")
        if dot:
            inner = tree.setdefault(first, {})
            assert isinstance(inner, dict)
            inner[rest] = value
        else:
            tree[first] = value
    return tree
