from pathlib import Path

import pytest

from devtools.demo.proof import UnplayableError, play
from tests.recordings import SMALL

CLIP = SMALL / "mediamtx_clips" / "camera1" / "camera1_20261124_082327.mp4"


def test_a_whole_file_plays_to_its_last_picture() -> None:
    played = play(CLIP)
    assert (played.frames, played.width, played.height) == (125, 640, 360)
    assert played.seconds == pytest.approx(5.0, abs=0.01)


def test_a_damaged_picture_is_found(tmp_path: Path) -> None:
    data = bytearray(CLIP.read_bytes())
    at = data.rindex(b"mdat") + 60
    data[at : at + 400] = bytes(400)
    damaged = tmp_path / "clip.mp4"
    damaged.write_bytes(data)
    with pytest.raises(UnplayableError):
        play(damaged)


def test_what_is_no_clip_is_unplayable(tmp_path: Path) -> None:
    empty = tmp_path / "clip.mp4"
    empty.write_bytes(b"")
    with pytest.raises(UnplayableError, match="does not decode"):
        play(empty)
