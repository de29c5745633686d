"""Retention says `expired` before anything is removed, and does so again after a crash."""

import asyncio
from pathlib import Path

import pytest

from processors import annotation
from processors.adapters.clip_shelf import ClipShelf
from processors.adapters.clip_store import DiskClipStore
from processors.adapters.group_book import DiskGroupBook
from schemas.clip_settings import Retention
from schemas.status import ClipStatus, Stage
from streams.metrics import Metrics
from streams.tidying import Tidier
from tests import answers
from tests.door import Broker, FixedClock
from tests.statuses import clip_id

FAR_AHEAD = FixedClock(1 << 61)
OLD = Retention(max_age=1.0, min_free=0)


class CrashError(Exception):
    """The worker dies here."""


class DyingBroker(Broker):
    """Takes the record; then the worker dies."""

    async def send(self, record: object) -> None:
        await super().send(record)  # type: ignore[arg-type] # an Outgoing
        raise CrashError


@pytest.fixture
def store(tmp_path: Path) -> DiskClipStore:
    opened = DiskClipStore(tmp_path)
    opened.open()
    for name in ("a", "b"):
        stem = f"camera1_20261124_082345_{clip_id(name)}"
        answer = answers.complete(stem, b"video").model_copy(update={"clip_id": clip_id(name)})
        with opened.staging(answer.clip_id) as folder:
            (folder / "clip.mp4").write_bytes(b"video")
            opened.publish(stem, folder / "clip.mp4", answer, annotation.render)
    return opened


def tidier(store: DiskClipStore, broker: Broker, rules: Retention = OLD) -> Tidier:
    return Tidier(ClipShelf(store), store, broker, FAR_AHEAD, rules=rules, metrics=Metrics())


def said(broker: Broker) -> list[ClipStatus]:
    return [ClipStatus.model_validate_json(record.value or b"") for record in broker.sent]


def test_expired_is_said_with_what_the_clip_was_and_the_files_are_gone(
    store: DiskClipStore,
) -> None:
    broker = Broker()
    assert asyncio.run(tidier(store, broker).tidy()) == 2
    assert {status.clip_id for status in said(broker)} == {clip_id("a"), clip_id("b")}
    for status in said(broker):
        assert status.status is Stage.EXPIRED
        assert status.answer is not None
        assert status.created_at == status.answer.reported_at
    assert not list(store.videos.iterdir())
    assert not list(store.annotations.iterdir())


def test_without_a_reason_nothing_is_said_or_removed(store: DiskClipStore) -> None:
    broker = Broker()
    assert asyncio.run(tidier(store, broker, Retention(min_free=0)).tidy()) == 0
    assert not broker.sent
    assert len(list(store.videos.iterdir())) == 2


def test_a_crash_before_the_removal_leaves_a_clip_that_expires_again(store: DiskClipStore) -> None:
    with pytest.raises(CrashError):
        asyncio.run(tidier(store, DyingBroker()).tidy())
    assert len(list(store.videos.iterdir())) == 2
    broker = Broker()
    assert asyncio.run(tidier(store, broker).tidy()) == 2
    assert len(said(broker)) == 2


def test_who_comes_second_leaves_it_to_the_first(store: DiskClipStore) -> None:
    broker = Broker()
    with ClipShelf(store).alone():
        assert asyncio.run(tidier(store, broker).tidy()) == 0
    assert not broker.sent


def test_groups_that_nobody_asked_about_for_long_are_forgotten(store: DiskClipStore) -> None:
    book = DiskGroupBook(store.root)
    book.add("g-1", answers.complete("camera1_20261124_082345_id", b"v"))
    asyncio.run(tidier(store, Broker()).tidy())
    assert book.answers("g-1") == []
