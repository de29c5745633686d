"""The list of clips: monotonic, complete, in order, and never in the way."""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.adapters.read_model import VERSION, ReadModel
from processors.clip_query import ClipPage, ClipQuery
from processors.errors import ReadModelBrokenError, ReadModelError, ReadModelFullError
from processors.span import Span
from schemas.http import ClipView
from schemas.instant import to_ns
from schemas.reason import Outcome
from schemas.status import ClipStatus, Stage
from tests import answers, statuses
from tests.small_disk import filled, small_disk
from tests.statuses import AT, answered, clip_id, unanswered


@pytest.fixture
def model(tmp_path: Path) -> Iterator[ReadModel]:
    opened = ReadModel(tmp_path / "here" / "clips.sqlite")
    opened.open()
    yield opened
    opened.close()


LIFE = (
    unanswered("a", Stage.PENDING),
    unanswered("a", Stage.WAITING, updated=1),
    unanswered("a", Stage.WAITING, updated=3),
    unanswered("a", Stage.CUTTING, updated=6),
    answered("a", updated=8),
    answered("a", answers.complete("a", b"longer", revision=2), updated=9),
    answered("a", answers.complete("a", b"longer", revision=2), stage=Stage.EXPIRED, updated=99),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(range(len(LIFE))), min_size=1, max_size=12))
def test_whatever_the_order_and_however_often_the_newest_stands(numbers: list[int]) -> None:
    with TemporaryDirectory() as folder:
        model = ReadModel(Path(folder) / "clips.sqlite")
        model.open()
        for number in numbers:
            model.fold([LIFE[number]])
        assert model.get(clip_id("a")) == ClipView.of(LIFE[max(numbers)])
        assert len(model.page(ClipQuery()).clips) == 1
        model.close()


def test_an_unknown_clip_is_none(model: ReadModel) -> None:
    assert model.get(clip_id("nobody")) is None


def test_positions_are_kept_with_what_was_read(model: ReadModel, tmp_path: Path) -> None:
    model.fold([unanswered("a")], {0: 7, 3: 1})
    model.fold([], {0: 9})
    model.close()
    again = ReadModel(tmp_path / "here" / "clips.sqlite")
    again.open()
    assert again.positions() == {0: 9, 3: 1}
    assert again.get(clip_id("a")) == ClipView.of(unanswered("a"))
    again.close()


def many() -> list[ClipStatus]:
    kinds = [None, "intrusion", "fire"]
    made = []
    for number in range(60):
        at = AT + timedelta(seconds=number // 3)  # three at a time: the id decides
        camera = f"camera{number % 4}"
        kind = kinds[number % 3]
        name = str(number)
        if number % 5 == 0:
            made.append(unanswered(name, at=at, camera=camera, kind=kind))
        elif number % 5 == 1:
            said = answers.failed(name)
            made.append(answered(name, said, at=at, camera=camera, kind=kind))
        else:
            made.append(answered(name, at=at, camera=camera, kind=kind))
    return made


def pages(model: ReadModel, query: ClipQuery) -> Iterator[ClipPage]:
    while True:
        page = model.page(query)
        yield page
        if page.next is None:
            return
        query = ClipQuery(
            span=query.span,
            camera=query.camera,
            type=query.type,
            status=query.status,
            outcome=query.outcome,
            limit=query.limit,
            after=page.next,
        )


def shown(page: ClipPage) -> list[ClipView]:
    return [ClipView.model_validate_json(clip) for clip in page.clips]


@pytest.mark.parametrize("limit", [1, 7, 60, 500])
@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({}, lambda _: True),
        ({"camera": "camera1"}, lambda s: s.camera_id == "camera1"),
        ({"type": "fire"}, lambda s: s.type == "fire"),
        ({"status": Stage.WAITING}, lambda s: s.status is Stage.WAITING),
        ({"outcome": Outcome.FAILED}, lambda s: s.answer and s.answer.outcome is Outcome.FAILED),
        (
            {"camera": "camera2", "type": "intrusion", "status": Stage.DONE},
            lambda s: (s.camera_id, s.type, s.status) == ("camera2", "intrusion", Stage.DONE),
        ),
        ({"status": Stage.DONE, "outcome": Outcome.FAILED}, lambda _: False),
        (
            {"span": Span(to_ns(AT + timedelta(seconds=3)), to_ns(AT + timedelta(seconds=9)))},
            lambda s: timedelta(seconds=3) <= s.incident_at - AT < timedelta(seconds=9),
        ),
    ],
)
def test_pages_hold_every_wanted_clip_once_newest_first(
    model: ReadModel, query: dict[str, Any], wanted: Callable[[ClipStatus], bool], limit: int
) -> None:
    clips = many()
    model.fold(clips)
    found = [c for page in pages(model, ClipQuery(**query, limit=limit)) for c in shown(page)]
    assert sorted(c.clip_id for c in found) == sorted(c.clip_id for c in clips if wanted(c))
    order = [(c.incident_at, c.clip_id) for c in found]
    assert all(first > second for first, second in pairwise(order))


def test_a_clip_that_comes_meanwhile_shifts_nothing(model: ReadModel) -> None:
    clips = many()
    model.fold(clips)
    first = model.page(ClipQuery(limit=20))
    model.fold([unanswered("newer", at=AT + timedelta(hours=1))])
    second = model.page(ClipQuery(limit=20, after=first.next))
    ids = [c.clip_id for c in shown(first) + shown(second)]
    assert len(set(ids)) == 40
    assert clip_id("newer") not in ids


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_file_that_is_no_list_of_clips_is_set_aside(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "clips.sqlite"
    path.write_bytes(content)
    model = ReadModel(path)
    model.open()
    model.fold([unanswered("a")], {0: 1})
    assert model.get(clip_id("a")) == ClipView.of(unanswered("a"))
    model.close()
    assert path.with_name("clips.sqlite.broken").exists() == bool(content)


def test_a_file_of_another_version_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "clips.sqlite"
    with sqlite3.connect(path) as other:
        other.execute(f"PRAGMA user_version = {VERSION + 1}")
    other.close()
    model = ReadModel(path)
    model.open()
    assert model.positions() == {}
    model.close()


def test_damage_found_while_reading_says_so_and_can_be_mended(
    model: ReadModel, tmp_path: Path
) -> None:
    model.fold([answered(str(number)) for number in range(300)], {0: 300})
    model.close()
    path = tmp_path / "here" / "clips.sqlite"
    content = bytearray(path.read_bytes())
    content[3 * 4096 :] = b"\xa5" * (len(content) - 3 * 4096)
    path.write_bytes(content)
    model.open()
    with pytest.raises(ReadModelBrokenError):
        for number in range(300):
            assert model.get(clip_id(str(number)))
    model.set_aside("a test broke it")
    model.open()
    assert model.positions() == {}
    assert model.page(ClipQuery()) == ClipPage()


@pytest.mark.parametrize("free", [0, 4096, 12288, 40960])
def test_without_room_it_stays_closed_and_is_whole_once_there_is_room(
    tmp_path: Path, free: int
) -> None:
    with small_disk(tmp_path / "disk", 1 << 20) as disk:
        model = ReadModel(disk / "clips.sqlite")
        with filled(disk, free):
            with pytest.raises(ReadModelFullError):
                model.open()
            with pytest.raises(ReadModelError, match="closed"):
                model.get(clip_id("a"))
        model.open()
        model.fold([unanswered("a")], {0: 1})
        assert model.get(clip_id("a")) == ClipView.of(unanswered("a"))
        model.close()


def test_a_closed_list_says_that_it_is_closed(model: ReadModel) -> None:
    model.close()
    with pytest.raises(ReadModelError, match="closed"):
        model.get(statuses.clip_id("a"))


def test_cameras_are_listed_once_and_by_name(model: ReadModel) -> None:
    assert model.cameras() == []
    model.fold([answered(str(n), camera=f"camera{n % 3}") for n in range(9)])
    assert model.cameras() == ["camera0", "camera1", "camera2"]
