"""The cheap reading says the same as the whole one."""

from pathlib import Path

import pytest

from processors.mp4.movie import Movie, Track
from processors.mp4.outline import Outline, read_outline
from processors.mp4.reader import read_movie
from processors.mp4.signature import signature
from schemas.instant import NANOS
from tests.recordings import SMALL

MP4S = sorted(path for path in SMALL.rglob("*.mp4") if path.stat().st_size)
GROWING = sorted((SMALL / "growing/grow-b").iterdir())


def outline_of(data: bytes, before: Outline | None = None) -> Outline:
    return read_outline(lambda at, length: data[at : at + length], len(data), before)


def ends(track: Track) -> int:
    s = track.samples
    last = max(map(sum, zip(s.dts, s.composition, s.duration, strict=True)))
    return last * NANOS // track.timescale


@pytest.mark.parametrize("path", MP4S, ids=lambda p: str(p.relative_to(SMALL)))
def test_it_agrees_with_the_samples(path: Path) -> None:
    data = path.read_bytes()
    movie: Movie = read_movie(data, len(data))
    outline = outline_of(data)
    assert (outline.whole, outline.size, outline.mtxi, outline.duration) == (
        movie.whole,
        movie.size,
        movie.mtxi,
        movie.duration,
    )
    assert outline.signature == signature(movie.tracks)
    tracks = [track for track in movie.tracks if len(track.samples)]
    assert [r.samples for r in outline.reaches] == [len(t.samples) for t in tracks]
    assert [r.end for r in outline.reaches] == [ends(t) for t in tracks]


def test_reading_goes_on_where_it_ended() -> None:
    before = None
    for path in GROWING:
        before = outline_of(path.read_bytes(), before)
        assert before == outline_of(path.read_bytes())


def test_a_start_that_cannot_be_decoded_is_not_covered() -> None:
    shown = outline_of(next((SMALL / "recordings/sync-1").iterdir()).read_bytes()).shown
    assert shown is not None
    assert shown.start is not None
    assert shown.start - shown.first == 24 * 40_000_000


def test_reordered_frames_that_are_still_due_are_not_settled() -> None:
    shown = outline_of(GROWING[1].read_bytes()).shown
    assert shown is not None
    assert 0 < shown.end - shown.settled <= 3 * 40_000_000


def test_the_lead_is_the_track_that_begins_first() -> None:
    leads = []
    for number in (27, 32, 37):
        path = SMALL / f"mediamtx_clips/camera1/camera1_20261124_0823{number}.mp4"
        lead = outline_of(path.read_bytes()).lead
        assert lead is not None
        leads.append(lead.kind)
    assert set(leads) <= {"video", "audio"}


def test_a_new_size_is_a_new_signature() -> None:
    files = sorted((SMALL / "recordings/flap-1").iterdir())
    signatures = [outline_of(path.read_bytes()).signature for path in files]
    assert len(set(signatures[:-1])) == 1
    assert signatures[-1] != signatures[0]
