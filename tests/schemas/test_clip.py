"""An answer cannot say what makes no sense: neither by mistake nor for want of a thought."""

from typing import Any

import pytest
from pydantic import ValidationError

from schemas.clip import ClipCompleted
from tests.answers import complete, failed, in_parts


def changed(answer: ClipCompleted, **changes: Any) -> ClipCompleted:
    return ClipCompleted.model_validate(answer.model_dump() | changes)


def test_a_clip_is_in_one_file_or_in_several() -> None:
    one, several = complete("s", b"all"), in_parts("s", b"1", b"2")
    assert changed(several) == several
    assert [video.path for video in one.videos] == ["videos/s.mp4"]
    assert [video.path for video in several.videos] == ["videos/s.1.mp4", "videos/s.2.mp4"]

    with pytest.raises(ValidationError, match="in one file or in parts"):
        changed(one, parts=several.model_dump()["parts"])


def test_a_failure_has_no_file_and_all_else_has() -> None:
    assert failed("s").videos == ()
    with pytest.raises(ValidationError, match="has no video"):
        changed(failed("s"), parts=in_parts("s", b"1", b"2").model_dump()["parts"])
    with pytest.raises(ValidationError, match="needs a video"):
        changed(complete("s", b"all"), video=None)


def test_an_answer_of_before_parts_can_be_read() -> None:
    said = complete("s", b"all").model_dump(mode="json")
    del said["parts"]
    assert ClipCompleted.model_validate(said) == complete("s", b"all")
