from dataclasses import replace
from pathlib import PurePosixPath

from processors.cutting.concat import Listed, copy_argv, ffconcat, listing
from processors.cutting.reel import lay_reel
from schemas.instant import NANOS
from tests.clips import plan_of
from tests.movies import audio, movie, mtxi, segment, track, video

ROOT = PurePosixPath("/footage")


def test_every_file_has_its_duration_and_no_microsecond_gets_lost() -> None:
    third = NANOS // 3
    files = [Listed(PurePosixPath(f"/f/{n}.mp4"), 10, None, third) for n in range(3)]

    text = ffconcat(files)

    assert text.startswith("ffconcat version 1.0\nfile 'subfile,,start,0,end,10,,:/f/0.mp4'\n")
    durations = [
        round(float(line.split()[1]) * 1e6)
        for line in text.splitlines()
        if line.startswith("duration")
    ]
    assert len(durations) == 3
    assert sum(durations) == round(3 * third / 1000)


def test_quotes_and_spaces_in_names_stay_what_they_are() -> None:
    text = ffconcat([Listed(PurePosixPath("/it's a cam/%d \\.mp4"), 1, None, NANOS)])

    assert r":/it'\''s a cam/%d \.mp4'" in text


def test_files_follow_at_the_distance_that_the_plan_gives_them() -> None:
    segments = [
        segment("1", 100, 105, mark=mtxi(1, 0)),
        segment("2", 104.9, 109.9, mark=mtxi(2, 5 * NANOS)),
        segment("9", 112.9, 117.9, mark=mtxi(9, 13 * NANOS)),
    ]
    plan = plan_of(segments)
    movies = [movie(video(), audio()) for _ in segments]

    files = listing(plan, movies, lay_reel(plan, movies), ROOT)

    assert [file.duration for file in files] == [5 * NANOS, 8 * NANOS, 5 * NANOS]
    assert [file.enter for file in files] == [None, None, None]
    assert files[0].path == ROOT / "1"
    assert files[0].size == movies[0].whole


def test_sound_that_leads_the_first_picture_is_skipped_in_the_first_file_only() -> None:
    segments = [
        segment(f"{n}", 100 + 5 * n, 105 + 5 * n, lead=0.5, mark=mtxi(n, 5 * n * NANOS))
        for n in range(2)
    ]
    plan = plan_of(segments)
    movies = [movie(video(start=45_000), audio()) for _ in segments]

    files = listing(plan, movies, lay_reel(plan, movies), ROOT)

    assert [file.enter for file in files] == [NANOS // 2, None]
    # The second file starts with its sound, half a second before its picture.
    assert files[0].duration == 5 * NANOS - NANOS // 2


def test_frames_that_cannot_be_decoded_are_skipped() -> None:
    plan = plan_of([segment("1", 100, 105)])
    movies = [movie(video(first_sync=24))]

    files = listing(plan, movies, lay_reel(plan, movies), ROOT)

    assert files[0].enter == 24 * NANOS // 25


def test_what_browsers_do_not_play_becomes_aac() -> None:
    plan = plan_of([segment("1", 100, 105)])
    for sound, encoded in (("mp4a", False), ("Opus", False), ("ipcm", True), ("ulaw", True)):
        heard = track("audio", 100, 1024, 48_000)
        heard = replace(heard, format=sound)
        movies = [movie(video(), heard)]
        argv = copy_argv("ffmpeg", plan, lay_reel(plan, movies), "list", "out")
        assert ("aac" in argv) == encoded
        assert ("-codec_whitelist" in argv) != encoded


def test_hevc_is_tagged_for_all_players_and_nothing_of_the_inputs_leaks() -> None:
    plan = plan_of([segment("1", 100, 105)])
    movies = [movie(replace(video(), format="hev1"))]

    argv = copy_argv("ffmpeg", plan, lay_reel(plan, movies), "list", "out")

    assert argv[argv.index("-tag:v") + 1] == "hvc1"
    assert argv[argv.index("-map_metadata") + 1] == "-1"
    assert "creation_time=1970-01-01T00:01:40Z" in argv
    assert argv[-5:] == ["-movflags", "+faststart", "-f", "mp4", "out"]
    assert not any(word.startswith("title=") for word in argv)
