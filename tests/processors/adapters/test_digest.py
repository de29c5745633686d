"""Checksums that are computed beside the work."""

import hashlib
from pathlib import Path

import pytest

from processors.adapters.digest import Digest, Sums, check_available
from schemas.clip_settings import Checksum


def pieces(count: int) -> bytes:
    return b"".join(bytes([i % 251]) * 70_000 for i in range(count))


@pytest.mark.parametrize("count", [0, 1, 2, 9])
def test_two_buffers_in_turn_are_enough(count: int) -> None:
    """A buffer is filled again right after the other one was handed over."""
    buffers = [memoryview(bytearray(70_000)) for _ in range(2)]
    wanted = pieces(count)
    with Digest(Checksum.SHA256) as digest:
        for i in range(count):
            buffers[i % 2][:] = wanted[i * 70_000 : (i + 1) * 70_000]
            digest.update(buffers[i % 2])
        assert digest.finish() == Sums(sha256=hashlib.sha256(wanted).hexdigest())


def test_a_file_is_hashed_whole(tmp_path: Path) -> None:
    path = tmp_path / "clip"
    path.write_bytes(pieces(40))
    with path.open("rb") as file, Digest(Checksum.SHA256) as digest:
        digest.read(file.fileno())
        assert digest.finish().sha256 == hashlib.sha256(pieces(40)).hexdigest()


def test_what_fails_beside_the_work_is_said(tmp_path: Path) -> None:
    with Digest(Checksum.SHA256) as digest:
        digest.read(-1)
        with pytest.raises(OSError, match="descriptor"):
            digest.finish()


def test_none_takes_nothing() -> None:
    with Digest(Checksum.NONE) as digest:
        digest.update(memoryview(b"abc"))
        assert digest.finish() == Sums()


def test_blake3_is_another_one() -> None:
    """The value is the one of the specification's test vector for three bytes 0, 1, 2."""
    pytest.importorskip("blake3", reason="the extra is not installed")
    with Digest(Checksum.BLAKE3) as digest:
        digest.update(memoryview(bytes([0, 1, 2])))
        sums = digest.finish()
    assert sums.sha256 is None
    assert sums.blake3 == "e1be4d7a8ab5560aa4199eea339849ba8e293d55ca0a81006726d184519e647f"


def test_an_extra_that_is_missing_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("processors.adapters.digest.find_spec", lambda _: None)
    with pytest.raises(ValueError, match=r"output.checksum = 'blake3'.*pip install '.\[blake3\]'"):
        check_available(Checksum.BLAKE3)
    check_available(Checksum.SHA256)
