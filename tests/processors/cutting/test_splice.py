"""Which bytes become a clip, and which inputs are refused."""

from dataclasses import replace
from itertools import accumulate

import pytest

from processors.cutting.reel import lay_reel
from processors.cutting.splice import Run, Splice, splice, spliceable
from processors.errors import CutError
from processors.mp4.movie import Movie, Track
from processors.mp4.reader import read_movie
from tests.clips import plan_of
from tests.entries import AAC, AVC, AVC_CONFIG, picture
from tests.movies import audio, movie, segment, video

PLAN = plan_of([segment("0", 100, 105), segment("1", 105, 110)])


def real(track: Track, *, at: int = 1000) -> Track:
    """With an entry that can be written, and its samples one behind the other from byte `at`."""
    samples = track.samples
    for i, place in enumerate(accumulate(samples.size[:-1], initial=at)):
        samples.chunks[i] = place
    if track.kind == "audio":
        return replace(track, entry=AAC, config=b"\x40\x11\x88")
    return replace(track, entry=AVC, config=AVC_CONFIG)


def pair() -> Movie:
    return movie(real(video()), real(audio(), at=1_000_000))


def spliced(*movies: Movie) -> Splice:
    return splice(PLAN, lay_reel(PLAN, movies))


def read(made: Splice) -> Movie:
    data = made.head + bytes(made.size - len(made.head))
    return read_movie(data, len(data))


def test_bytes_that_lie_together_are_copied_together() -> None:
    movies = [pair(), pair()]

    made = spliced(*movies)

    picture_bytes = sum(movies[0].tracks[0].samples.size)
    assert made.runs[0] == Run(0, 1000, picture_bytes)
    assert [run.source for run in made.runs] == [0, 0, 1, 1]
    assert made.size == len(made.head) + sum(run.length for run in made.runs)


def test_nothing_comes_along_that_no_sample_needs() -> None:
    held = movie(real(video(first_sync=24)))

    made = spliced(held, movie(real(video())))

    sizes = held.tracks[0].samples.size
    assert made.runs[0] == Run(0, 1000 + sum(sizes[:24]), sum(sizes[24:]))
    found = read(made).tracks[0].samples
    assert list(found.size[:101]) == list(sizes[24:])


def test_every_sample_is_found_where_its_run_comes_to_lie() -> None:
    movies = [pair(), pair()]
    made = spliced(*movies)
    reel = lay_reel(PLAN, movies)

    places = list(accumulate((run.length for run in made.runs), initial=len(made.head)))
    for strip, track in zip((reel.video, reel.audio), read(made).tracks, strict=True):
        assert strip is not None
        wanted = [
            (part.source, offset)
            for part in strip.parts
            for offset in part.track.samples.offset[part.first : part.stop]
        ]
        for (source, offset), at in zip(wanted, track.samples.offset, strict=True):
            home = max(i for i, place in enumerate(places[:-1]) if place <= at)
            assert made.runs[home].source == source
            assert made.runs[home].offset + at - places[home] == offset


def test_hevc_is_called_hvc1_whatever_the_input_said() -> None:
    config = bytes([1, *range(21), 1, 0x20, 0, 1, 0, 2, 0x40, 1])
    hevc = replace(real(video()), format="hev1", config=config, entry=picture(b"hev1", config))

    made = spliced(movie(hevc), movie(hevc))

    assert read(made).tracks[0].format == "hvc1"
    assert read(made).tracks[0].config == config


def test_times_that_do_not_rise_are_refused() -> None:
    held = movie(real(video()))
    held.tracks[0].samples.dts[7] = held.tracks[0].samples.dts[6]

    with pytest.raises(CutError, match="do not rise"):
        spliced(held, movie(real(video())))


def test_a_good_pair_is_spliceable() -> None:
    assert spliceable([pair(), pair()]) is None


@pytest.mark.parametrize(
    ("movies", "words"),
    [
        ([pair(), movie(real(video()))], "differ"),
        ([movie(real(video()), real(video()))], "more than one video"),
        ([movie(real(video()), real(audio()), real(audio()))], "more than one audio"),
        ([movie(replace(real(video()), quirk="encrypted"))], "encrypted"),
        ([movie(replace(real(video()), format="mp4v"))], "mp4v is not played"),
        ([movie(real(video()), replace(real(audio()), format="ipcm"))], "ipcm is not played"),
        ([movie(replace(real(video()), config=b"\1\x42\0\x1e\xff\xe0"))], "parameter sets"),
        ([movie(replace(real(video()), format="hev1", config=bytes(23)))], "parameter sets"),
        (
            [movie(real(video()), replace(real(audio()), entry=AAC[:16] + b"\0\1" + AAC[18:]))],
            "QuickTime",
        ),
    ],
)
def test_what_cannot_be_spliced_is_named(movies: list[Movie], words: str) -> None:
    why = spliceable(movies)
    assert why is not None
    assert words in why
