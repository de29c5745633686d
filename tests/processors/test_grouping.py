from itertools import permutations

from processors.grouping import whole
from schemas.clip import ClipCompleted
from schemas.incident import Group
from tests.answers import in_parts
from tests.seed_answers import complete, failed, moment


def answer(camera: str, size: int = 2, base: ClipCompleted | None = None) -> ClipCompleted:
    found = base or complete()
    incident = found.incident.model_copy(update={"group": Group(id="g", size=size)})
    return found.model_copy(
        update={"camera_id": camera, "clip_id": f"clip of {camera}", "incident": incident}
    )


def test_it_is_whole_when_as_many_cameras_are_answered_as_saw_it() -> None:
    assert whole([]) is None
    assert whole([answer("a")]) is None
    found = whole([answer("a"), answer("b")])
    assert found is not None
    assert (found.group_id, found.size) == ("g", 2)
    assert [clip.camera_id for clip in found.clips] == ["a", "b"]


def test_a_failed_answer_is_an_answer() -> None:
    found = whole([answer("a"), answer("b", base=failed())])
    assert found is not None
    assert [(clip.outcome, clip.video_path is None) for clip in found.clips] == [
        ("complete", False),
        ("failed", True),
    ]


def test_a_clip_in_parts_is_told_by_its_parts() -> None:
    parted = complete().model_copy(update={"video": None, "parts": in_parts("s", b"1", b"2").parts})
    found = whole([answer("a"), answer("b", base=parted)])
    assert found is not None
    assert [len(clip.parts) for clip in found.clips] == [0, 2]
    assert found.clips[1].video_path is None


def test_where_sizes_differ_the_largest_counts() -> None:
    assert whole([answer("a", 2), answer("b", 3)]) is None
    assert whole([answer("a", 2), answer("b", 3), answer("c", 2)]) is not None


def test_the_order_of_the_answers_makes_no_difference() -> None:
    late = answer("c", 3).model_copy(update={"created_at": moment(99)})
    found = [whole(some) for some in permutations([answer("a", 3), answer("b", 3), late])]
    assert all(one == found[0] for one in found)
    assert found[0] is not None
    assert found[0].completed_at == moment(99)
