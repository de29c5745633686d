"""What files must become to be joined."""

from dataclasses import replace

import pytest

from processors.cutting.form import Form, common_form
from processors.cutting.held import Held, HeldFile
from processors.errors import CutError
from processors.mp4.parameters import Shape

VIDEO = Held(
    kind="video",
    codec="h264",
    config=b"sets",
    shown=(0, 40, 80),
    end=120,
    keys=b"\1\0\0",
    digests=("a", "b", "c"),
    width=640,
    height=360,
    shapes=(Shape(640, 360, 1, 8),),
)
AUDIO = Held(
    kind="audio",
    codec="aac",
    config=b"",
    shown=(0, 20),
    end=40,
    keys=b"\1\1",
    digests=("d", "e"),
    rate=48000,
    channels=1,
)
FILE = HeldFile(VIDEO, AUDIO)
LARGE = replace(VIDEO, width=1279, height=719, shapes=(Shape(1279, 719, 1, 8),))


def test_files_alike_are_copied() -> None:
    assert common_form([FILE, FILE], encode=False, played=True) == Form(
        size=None, hevc=False, channels=None, sound=True
    )
    silent = HeldFile(replace(VIDEO, codec="hevc"), None)
    assert common_form([silent], encode=False, played=True) == Form(
        size=None, hevc=True, channels=None, sound=False
    )


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (LARGE, "h264 640x360 and h264 1279x719"),
        (replace(VIDEO, codec="hevc"), "h264 640x360 and hevc 640x360"),
        (replace(VIDEO, config=b"others"), "told different things"),
        (replace(VIDEO, shapes=(*VIDEO.shapes, *LARGE.shapes)), "inside a file"),
        (replace(VIDEO, shapes=LARGE.shapes), "inside a file"),
        (replace(VIDEO, codec="mjpeg"), "no browser plays a picture like this: mjpeg"),
        (replace(VIDEO, shapes=(Shape(640, 360, 3, 8),)), "h264 4:4:4"),
    ],
)
def test_pictures_that_cannot_be_copied_are_refused_with_the_reason(other: Held, why: str) -> None:
    with pytest.raises(CutError, match=why):
        common_form([FILE, HeldFile(other, AUDIO)], encode=False, played=True)


def test_pictures_are_encoded_in_the_largest_size_made_even() -> None:
    form = common_form([FILE, HeldFile(LARGE, AUDIO)], encode=True, played=True)

    assert form.size == (1280, 720)
    assert form.channels is None


@pytest.mark.parametrize(
    ("other", "channels"),
    [(None, 1), (replace(AUDIO, channels=6), 2), (replace(AUDIO, codec="pcm_mulaw"), 1)],
)
def test_sound_that_differs_is_encoded_and_the_picture_copied(
    other: Held | None, channels: int
) -> None:
    form = common_form([FILE, HeldFile(VIDEO, other)], encode=False, played=True)

    assert form == Form(size=None, hevc=False, channels=channels, sound=True)


def test_what_no_browser_plays_is_copied_where_that_is_wanted() -> None:
    odd = HeldFile(replace(VIDEO, codec="mpeg4", shapes=()), None)

    assert common_form([odd, odd], encode=False, played=False).size is None
