"""Reads an MP4 or fMP4 file into a `Movie`: in 0.2 ms for a segment of 5 seconds."""

from processors.mp4.boxes import Buffer
from processors.mp4.fragments import Run, add_runs
from processors.mp4.header import Header, TrackHead
from processors.mp4.movie import Movie, Samples, Track
from processors.mp4.parts import Read, find_header, parts
from processors.mp4.table_range import Wanted, read_range
from processors.mp4.tables import read_tables


def read_movie(data: Buffer, size: int) -> Movie:
    """All that the first `size` bytes of `data` hold.

    Raises `Mp4UnfinishedError` where there is no header yet, `Mp4Error` for anything that is no
    MP4. A tail that is cut off or damaged is no error: `Movie.whole` ends before it.
    """
    size = min(size, len(data))
    return read_movie_from(lambda at, length: data[at : min(at + length, size)], size)


def read_movie_from(read: Read, size: int) -> Movie:
    """Like `read_movie`, of a file that is read piece by piece."""
    return read_behind(read, size, find_header(read, size))


def read_behind(
    read: Read, size: int, found: tuple[Header, int], wanted: Wanted | None = None
) -> Movie:
    """The same, where `find_header` has `found` the header already.

    With `wanted` the movie has no other samples than are needed for that, and few around them. It is
    then whole up to the end of what was read, if nothing of that is cut off or damaged.
    """
    header, whole = found
    listed = [_listed(header, track, size, wanted) for track in header.tracks]
    if header.fragmented and wanted:
        size = size if wanted.stop is None else min(size, wanted.stop)
        whole = max(whole, wanted.start)
    runs: dict[int, list[Run]] = {track.id: [] for track in header.tracks}
    indexes = []
    for part in parts(read, size, header, whole) if header.fragmented else ():
        for run in part.runs:
            if run.track in runs:
                runs[run.track].append(run)
        whole = part.end
        if part.moof:
            indexes.append(part.moof)
    return Movie(
        tracks=tuple(
            make_track(head, add_runs(samples, runs[head.id]))
            for head, samples in zip(header.tracks, listed, strict=True)
        ),
        mtxi=header.mtxi,
        duration=header.duration,
        fragmented=header.fragmented,
        whole=whole,
        size=size,
        indexes=frozenset(indexes),
    )


def _listed(header: Header, track: TrackHead, size: int, wanted: Wanted | None) -> Samples:
    """The samples of its tables. Beside fragments there are hardly any."""
    if wanted is None or header.fragmented:
        return read_tables(track.data, track.tables, size)
    return read_range(track, size, wanted)


def make_track(head: TrackHead, samples: Samples) -> Track:
    """The track of `head` with these samples."""
    return Track(
        id=head.id,
        kind=head.kind,
        timescale=head.timescale,
        format=head.entry.format,
        config=head.entry.config,
        entry=head.entry.entry,
        samples=samples,
        width=head.entry.width,
        height=head.entry.height,
        sample_rate=head.entry.sample_rate,
        channels=head.entry.channels,
        edit_start=head.edit.start,
        edit_delay=head.edit.delay,
        edit_length=head.edit.length,
        matrix=head.matrix,
        quirk=head.quirk,
    )
