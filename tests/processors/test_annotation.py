import json
import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from processors.annotation import read, render
from schemas.clip import ClipCompleted, Merged, MergedIncident
from schemas.incident import Incident
from schemas.reason import Reason
from tests.answers import in_parts
from tests.seed_answers import complete, failed, moment, partial

SEED_FIELDS = {
    *("clip_id", "camera_id", "requested_start", "requested_end", "actual_start", "actual_end"),
    *("duration_seconds", "source_clips", "created_at", "source"),
}
SEED_SOURCE_FIELDS = {"file_path", "filename", "start_time", "end_time", "file_size"}
TEXT = st.text(st.characters(codec="utf-8"))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(10**40, 10**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
ANNOTATIONS = st.dictionaries(TEXT, JSON, max_size=4)


def told(annotations: object) -> ClipCompleted:
    answer = complete()
    incident = answer.incident.model_copy(update={"annotations": annotations})
    return answer.model_copy(update={"incident": incident})


@pytest.mark.parametrize("answer", [complete(), partial(), failed()], ids=["c", "p", "f"])
def test_json_can_be_read_back(answer: ClipCompleted) -> None:
    assert read(render(answer)["json"]) == answer


def test_the_paper_lists_the_files_of_a_clip_in_parts() -> None:
    whole = complete()
    parts = in_parts("the-stem", b"one", b"two").parts
    paper = text(whole.model_copy(update={"video": None, "parts": parts}))

    assert "FILES: 2, one behind the other" in paper
    assert [line.split()[-1] for line in paper if line.startswith("Path")] == [
        "videos/the-stem.1.mp4",
        "videos/the-stem.2.mp4",
    ]
    assert sum(line.startswith("Shown from") for line in paper) == 3, "all, and each"


def test_the_paper_lists_all_incidents_of_the_video() -> None:
    answer = complete()
    both = Merged(
        clip_id=answer.clip_id,
        start_offset_seconds=0.5,
        end_offset_seconds=20.5,
        incidents=tuple(
            MergedIncident(
                incident_id=name,
                clip_id=answer.clip_id,
                timestamp=answer.incident.timestamp,
                offset_seconds=at,
            )
            for name, at in (("i-1", 15.5), ("i-2", None))
        ),
    )
    paper = render(answer.model_copy(update={"merged": both}))["txt"].decode()
    assert "15.500 s from start  i-1" in paper
    assert "not shown  i-2" in paper
    assert "0.500 s to 20.500 s" in paper


@pytest.mark.parametrize("answer", [complete(), partial(), failed()], ids=["c", "p", "f"])
def test_yaml_says_the_same_in_the_same_order(answer: ClipCompleted) -> None:
    files = render(answer)
    from_yaml, from_json = yaml.safe_load(files["yaml"]), json.loads(files["json"])
    assert from_yaml == from_json
    assert list(from_yaml) == list(from_json)


@given(ANNOTATIONS)
def test_whatever_was_reported_comes_out_the_same_in_json_and_yaml(
    annotations: dict[str, object],
) -> None:
    files = render(told(annotations))
    assert json.loads(files["json"])["incident"]["annotations"] == annotations
    assert yaml.safe_load(files["yaml"])["incident"]["annotations"] == annotations
    back = read(files["json"])
    assert back is not None
    assert back.incident.annotations == annotations


def test_the_longest_number_and_the_deepest_nesting_can_be_rendered() -> None:
    deep: object = 1
    for _ in range(63):
        deep = {"a": deep}
    annotations = {"n": int("9" * 4300), "deep": deep}
    Incident.model_validate(
        {"camera_id": "a", "timestamp": "2026-01-01T00:00Z", "annotations": deep}
    )
    files = render(told(annotations))
    assert read(files["json"]) == told(annotations)
    assert yaml.safe_load(files["yaml"])["incident"]["annotations"] == annotations


def test_the_fields_of_the_proof_of_concept_are_there() -> None:
    written = json.loads(render(complete())["json"])
    assert set(written) >= SEED_FIELDS
    assert set(written["source_clips"][0]) >= SEED_SOURCE_FIELDS


def test_times_are_utc_and_say_so() -> None:
    written = json.loads(render(complete())["json"])
    assert written["requested_start"] == "2025-08-29T14:30:00Z"
    assert written["created_at"] == "2025-08-29T14:30:44.008043Z"


@pytest.mark.parametrize("junk", [b"", b"{", b"null", b"\xff", b'{"clip_id": "x"}', b"[" * 9999])
def test_a_file_without_a_whole_answer_gives_none(junk: bytes) -> None:
    assert read(junk) is None


def test_a_file_of_a_newer_version_can_be_read() -> None:
    written = json.loads(render(complete())["json"]) | {"added_later": 1}
    assert read(json.dumps(written).encode()) == complete()


def text(answer: ClipCompleted) -> list[str]:
    return render(answer)["txt"].decode().split("\n")


def test_the_paper_says_what_is_shown() -> None:
    lines = text(complete())
    assert "Outcome               COMPLETE: The clip shows the whole window." in lines
    assert "Happened at           2025-08-29 14:30:15.000000 UTC" in lines
    assert "Requested from        2025-08-29 14:30:00.000000 UTC" in lines
    assert "Shown from            2025-08-29 14:30:00.000000 UTC" in lines
    assert "Coverage              100.0 % of the requested time" in lines
    assert "MISSING FROM THE REQUESTED TIME: nothing" in lines
    assert "   4  camera1/camera1_20250829_143015.mp4  (10998961 bytes)" in lines
    assert '    "label": "person",' in lines


def test_the_paper_spells_out_what_is_missing() -> None:
    assert (
        "   1  2025-08-29 14:30:08.500000 UTC to 2025-08-29 14:30:10.500000 UTC  (2.000 s)"
        "  recorder_down - The recorder was not running."
    ) in text(partial())


def test_the_paper_says_why_there_is_no_clip() -> None:
    lines = text(failed())
    assert "Outcome               FAILED: There is no clip; the reason says why." in lines
    assert "Reason                unknown_camera - There are no recordings of this camera." in lines
    assert "FILE: none" in lines
    assert not any(line.startswith("Shown from") for line in lines)


@pytest.mark.parametrize("coverage", [0.99999, math.nextafter(1, 0)])
def test_what_is_not_the_whole_never_reads_100_percent(coverage: float) -> None:
    lines = text(partial(coverage=coverage, gaps=()))
    assert "Coverage              99.9 % of the requested time" in lines


@pytest.mark.parametrize(
    "trick", ["a\nOutcome  COMPLETE", "a\r\x1b[2J", "a\u202etxt.exe", "\u2028"]
)
def test_nothing_reported_can_forge_a_line(trick: str) -> None:
    lines = text(told({trick: trick}))
    assert len(lines) == len(text(told({"a": "b"})))
    assert all(line.isprintable() for line in lines)


@given(ANNOTATIONS)
def test_the_paper_can_hold_any_annotations(annotations: dict[str, object]) -> None:
    assert all(line.isprintable() for line in text(told(annotations)))


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_reads_as_a_sentence(reason: Reason) -> None:
    assert f"Reason                {reason} - {reason.meaning}" in text(failed(reason=reason))
    assert reason.meaning.endswith(".")


@pytest.mark.parametrize("path", ["/etc/passwd", "C:\\x", "\\\\host\\x", "../x", "a/../../x"])
def test_no_path_shows_where_the_host_keeps_its_files(path: str) -> None:
    written = json.loads(render(complete())["json"])
    for place in (written["source_clips"][0], written["video"], written["annotation_files"]["txt"]):
        name = "file_path" if "file_path" in place else "path"
        kept, place[name] = place[name], path
        assert read(json.dumps(written).encode()) is None
        place[name] = kept


@pytest.mark.parametrize(
    "lie",
    [
        {"coverage": 0.99},
        {"reason": Reason.NOT_YET},
        {"gaps": [{"start": moment(1), "end": moment(2), "cause": "unreadable"}]},
        {"video": None},
        {"outcome": "failed"},
        {"outcome": "partial"},
        {"outcome": "failed", "reason": "internal"},
        {"outcome": "failed", "video": None},
    ],
    ids=str,
)
def test_an_answer_cannot_contradict_itself(lie: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="outcome"):
        complete(**lie)
