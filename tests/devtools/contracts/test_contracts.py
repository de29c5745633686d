import re

import pytest

from devtools.contracts import headers
from devtools.contracts.__main__ import ROOT, page, stale
from devtools.contracts.tables import sections
from topics.dead_letter import CONTEXT


def test_what_is_checked_in_is_what_the_models_say() -> None:
    assert [str(path.relative_to(ROOT)) for path in stale()] == []


def test_a_change_outside_the_generated_parts_stays() -> None:
    text = (ROOT / "docs/contracts.md").read_text()
    assert page(text + "\nby hand\n").endswith("\nby hand\n")


def test_a_change_inside_the_generated_parts_is_undone() -> None:
    text = (ROOT / "docs/contracts.md").read_text()
    assert page(re.sub("`camera_id`", "`cam`", text)) == text


def test_a_part_without_a_place_is_an_error() -> None:
    with pytest.raises(ValueError, match="no place for"):
        page("nothing here")


def test_every_header_that_is_written_is_explained_and_no_other() -> None:
    assert list(headers.ANSWER) == list(headers.texts(headers.answered()))
    assert set(headers.texts(headers.changed())) <= set(headers.ANSWER)
    assert tuple(headers.DEAD_LETTER) == CONTEXT


def test_every_word_of_the_closed_lists_is_in_the_page() -> None:
    words = sections()["words"]
    for word in (
        "complete",
        "in_future",
        "recorder_down",
        "exact",
        "splice",
        "waiting",
        "too_long",
    ):
        assert f"| `{word}` |" in words
