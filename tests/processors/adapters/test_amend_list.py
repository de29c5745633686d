"""The list of amendable clips is shared: one worker at a time deals with a clip."""

from pathlib import Path

from processors.adapters.amend_list import DiskAmendList
from topics.cloudevents import Envelope

AROUND = Envelope("id", "source", "story", (("traceparent", b"00-ab"), ("ce_replayid", b"r1")))


def test_what_is_added_can_be_claimed_with_what_stood_around_it(tmp_path: Path) -> None:
    amend = DiskAmendList(tmp_path)
    amend.add("camera_1", AROUND)

    assert amend.stems() == ("camera_1",)
    with amend.claim("camera_1") as envelope:
        assert envelope == AROUND


def test_a_claimed_clip_is_not_given_to_another(tmp_path: Path) -> None:
    amend, other = DiskAmendList(tmp_path), DiskAmendList(tmp_path)
    amend.add("camera_1", AROUND)
    with amend.claim("camera_1"), other.claim("camera_1") as envelope:
        assert envelope is None
    with other.claim("camera_1") as envelope:
        assert envelope == AROUND


def test_what_is_not_there_cannot_be_claimed(tmp_path: Path) -> None:
    amend = DiskAmendList(tmp_path)
    assert amend.stems() == ()
    with amend.claim("camera_1") as envelope:
        assert envelope is None


def test_a_clip_can_be_forgotten_while_it_is_claimed(tmp_path: Path) -> None:
    amend = DiskAmendList(tmp_path)
    amend.add("camera_1", AROUND)
    with amend.claim("camera_1"):
        amend.remove("camera_1")

    assert amend.stems() == ()
