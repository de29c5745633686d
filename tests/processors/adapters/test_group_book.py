from pathlib import Path

from processors.adapters.group_book import DiskGroupBook
from tests.seed_answers import complete


def test_the_newest_revision_of_each_camera_is_kept(tmp_path: Path) -> None:
    book = DiskGroupBook(tmp_path)
    book.add("g/../x", complete(revision=2))
    book.add("g/../x", complete(revision=1))
    book.add("g/../x", complete(camera_id="site/gate"))
    book.add("other", complete())
    found = DiskGroupBook(tmp_path).answers("g/../x")
    assert {(answer.camera_id, answer.revision) for answer in found} == {
        ("camera1", 2),
        ("site/gate", 1),
    }


def test_a_group_is_looked_at_by_one_at_a_time(tmp_path: Path) -> None:
    book, other = DiskGroupBook(tmp_path), DiskGroupBook(tmp_path)
    book.add("g", complete())
    with book.claim("g") as mine, other.claim("g") as theirs:
        assert (mine, theirs) == (True, False)
    with other.claim("g") as theirs:
        assert theirs


def test_an_announcement_is_remembered(tmp_path: Path) -> None:
    book = DiskGroupBook(tmp_path)
    book.add("g", complete())
    assert not book.is_announced("g")
    book.mark_announced("g")
    assert DiskGroupBook(tmp_path).is_announced("g")
    assert len(book.answers("g")) == 1
