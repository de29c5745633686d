"""Incidents in files."""

import json
from pathlib import Path

import pytest

from processors.adapters.incident_file import IncidentFile, IncidentFileError


def written(path: Path, text: str) -> IncidentFile:
    path.write_text(text, encoding="utf-8")
    return IncidentFile(path)


def test_a_line_of_json_is_taken_as_it_is(tmp_path: Path) -> None:
    file = written(tmp_path / "a.jsonl", '{"camera_id":  "Tür"}\n\n  {"x": 1}')
    assert list(file.values()) == [(1, '{"camera_id":  "Tür"}'.encode()), (3, b'{"x": 1}')]


def test_a_row_of_a_table_is_an_object_and_dots_nest(tmp_path: Path) -> None:
    file = written(
        tmp_path / "a.csv",
        "\ufeffcamera_id,timestamp,before,annotations.label,group.id,group.size\n"
        "camera1,2026-11-24T08:00:00Z,15,person,g,2\n"
        '"site/gate",2026-11-24T08:00:00Z,,,,\n',
    )
    (first, one), (second, two) = file.values()
    assert (first, second) == (2, 3)
    assert json.loads(one) == {
        "camera_id": "camera1",
        "timestamp": "2026-11-24T08:00:00Z",
        "before": "15",
        "annotations": {"label": "person"},
        "group": {"id": "g", "size": "2"},
    }
    assert json.loads(two) == {"camera_id": "site/gate", "timestamp": "2026-11-24T08:00:00Z"}


def test_an_unknown_column_is_told_before_anything_is_read(tmp_path: Path) -> None:
    file = written(tmp_path / "a.csv", "camera,timestamp\nx,y\n")
    with pytest.raises(IncidentFileError, match=r"unknown columns camera: use camera_id"):
        next(file.values())


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(IncidentFileError, match=r"neither \.csv nor"):
        written(tmp_path / "a.txt", "")
    with pytest.raises(IncidentFileError, match="cannot be read"):
        IncidentFile(tmp_path / "none.csv")
    (tmp_path / "b.csv").write_bytes(b"camera_id,timestamp\n\xff,x\n")
    with pytest.raises(IncidentFileError, match="cannot be read"):
        list(IncidentFile(tmp_path / "b.csv").values())
