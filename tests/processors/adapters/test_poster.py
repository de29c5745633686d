"""Posters and the sampled decode, of clips as they are published."""

import asyncio
from pathlib import Path

import av
import pytest

from processors.adapters.decode_check import DecodeCheck, Verdict, is_chosen
from processors.adapters.poster import make_poster
from processors.errors import CutError, CutTimeoutError
from tests.media import H264, Recipe, ffmpeg, record, run_ffmpeg

pytestmark = pytest.mark.media
CLIP_ID = "4a4c5a0b-3e0f-5a57-9f0e-0d6f3ad1a001"


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    recipe = Recipe(video=(*H264, "-bf", "2"), seconds=4, segment=4, gop=50, size="800x600")
    return record(tmp_path / "made", recipe)[0]


def picture(path: Path) -> tuple[int, int, bytes]:
    with av.open(path) as container:
        frame = next(container.decode(video=0))
        return frame.width, frame.height, frame.reformat(8, 6, "gray").to_ndarray().tobytes()


def frame_at(clip: Path, number: int) -> bytes:
    with av.open(clip) as container:
        frames = list(container.decode(video=0))
    seen: bytes = frames[number].reformat(8, 6, "gray").to_ndarray().tobytes()
    return seen


@pytest.mark.parametrize(("at", "number"), [(0, 0), (1.691, 40), (2.33, 56), (4.03, 99), (9, 99)])
def test_a_poster_shows_the_nearest_frame(
    at: float, number: int, clip: Path, tmp_path: Path
) -> None:
    target = tmp_path / "clip.jpg"

    asyncio.run(make_poster(clip, at, target, tool=ffmpeg()))

    width, height, seen = picture(target)
    assert (width, height) == (640, 480)

    def off(other: int) -> int:
        return sum(abs(a - b) for a, b in zip(seen, frame_at(clip, other), strict=True))

    nearby = range(max(0, number - 3), min(100, number + 4))
    assert min(nearby, key=off) == number
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.jpg", "made"]


def test_a_poster_that_cannot_be_made_leaves_nothing(clip: Path, tmp_path: Path) -> None:
    target = tmp_path / "clip.jpg"

    with pytest.raises(CutError, match=r"gone\.mp4 cannot be read"):
        asyncio.run(make_poster(tmp_path / "gone.mp4", 1, target, tool=ffmpeg()))
    with pytest.raises(CutTimeoutError):
        asyncio.run(make_poster(clip, 1, target, tool=ffmpeg(), timeout=0.001))

    assert [path.name for path in tmp_path.iterdir()] == ["made"]


def test_one_clip_in_so_many_is_chosen() -> None:
    ids = [f"{i * 7919:012x}-0000" for i in range(4000)]

    assert sum(is_chosen(i, 100) for i in ids) == pytest.approx(40, abs=10)
    assert all(is_chosen(i, 1) for i in ids)
    assert not any(is_chosen(i, 0) for i in ids)


async def _verdicts(*clips: Path, every: int = 1) -> list[Verdict]:
    said: list[Verdict] = []
    check = DecodeCheck(ffmpeg, every=every, say=said.append)
    for clip in clips:
        check.consider(CLIP_ID, clip)
    await check.finish()
    await check.close()
    return said


def test_a_clip_that_decodes_is_clean_and_one_that_does_not_is_broken(
    clip: Path, tmp_path: Path
) -> None:
    data = bytearray(clip.read_bytes())
    at = data.index(b"mdat") + 20_000
    data[at : at + 8000] = bytes(255 - byte for byte in data[at : at + 8000])
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(data)

    said = asyncio.run(_verdicts(clip, broken, tmp_path / "gone.mp4"))

    assert said == ["clean", "broken", "failed"]


def test_none_is_decoded_where_none_is_wanted(clip: Path) -> None:
    assert asyncio.run(_verdicts(clip, every=0)) == []


def test_a_queue_that_is_full_says_so(clip: Path) -> None:
    said = asyncio.run(_verdicts(*[clip] * 7))

    assert said.count("skipped") == 2
    assert said.count("clean") == 5


def test_what_is_not_done_is_left(clip: Path) -> None:
    async def leave() -> list[Verdict]:
        said: list[Verdict] = []
        check = DecodeCheck(ffmpeg, every=1, say=said.append)
        check.consider(CLIP_ID, clip)
        await asyncio.sleep(0)
        await check.close()
        return said

    assert asyncio.run(leave()) == []


def test_a_lead_in_that_is_hidden_is_no_missing_frame(clip: Path, tmp_path: Path) -> None:
    exact = tmp_path / "exact.mp4"
    run_ffmpeg("-ss", "0.6", "-i", str(clip), "-c", "copy", str(exact))

    assert asyncio.run(_verdicts(exact)) == ["clean"]
