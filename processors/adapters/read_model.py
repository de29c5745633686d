"""Where every clip stands, as this worker knows it: a SQLite file made of `clip.status.v1`.

Nothing in it is only there: whoever deletes the file gets it back from the topic. It is folded
monotonically by (revision, stage, time), so an older or repeated status changes nothing, in whatever
order they come. How far the topic was read stands in the same transaction as what was read.

Lists are merged from one index range for each state that is wanted (see `processors/clip_query`),
so that every page costs a few index look-ups, however many clips there are.
"""

import errno
import heapq
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any

import structlog
from pydantic import ValidationError

from processors.clip_query import ClipPage, ClipQuery, Place, state_of
from processors.errors import ReadModelBrokenError, ReadModelError, ReadModelFullError
from schemas.http import ClipView
from schemas.instant import to_ns
from schemas.status import ClipStatus, Stage

_TABLES = """
CREATE TABLE positions (partition INTEGER PRIMARY KEY, next INTEGER NOT NULL);
CREATE TABLE clips (
    clip_id TEXT NOT NULL UNIQUE, camera TEXT NOT NULL, type TEXT, state TEXT NOT NULL,
    at INTEGER NOT NULL, revision INTEGER NOT NULL, stage INTEGER NOT NULL,
    updated_at INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE INDEX by_state ON clips (state, at, clip_id);
CREATE INDEX by_camera ON clips (camera, state, at, clip_id);
CREATE INDEX by_type ON clips (type, state, at, clip_id);
CREATE INDEX by_camera_and_type ON clips (camera, type, state, at, clip_id);
"""
_FOLD = """
INSERT INTO clips VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (clip_id) DO UPDATE SET
    camera = excluded.camera, type = excluded.type, state = excluded.state, at = excluded.at,
    revision = excluded.revision, stage = excluded.stage, updated_at = excluded.updated_at,
    body = excluded.body
WHERE (excluded.revision, excluded.stage, excluded.updated_at)
    > (clips.revision, clips.stage, clips.updated_at)
"""
_RANGE = """
SELECT at, clip_id FROM clips WHERE at >= ? AND (at, clip_id) < (?, ?){}
ORDER BY at DESC, clip_id DESC LIMIT ?
"""
_CAMERAS = """
WITH RECURSIVE known(camera) AS (
    SELECT min(camera) FROM clips
    UNION ALL SELECT (SELECT min(camera) FROM clips WHERE camera > known.camera)
    FROM known WHERE known.camera IS NOT NULL
) SELECT camera FROM known WHERE camera IS NOT NULL LIMIT 1000
"""
"""One index look-up for each camera, however many clips there are."""
_BODIES = "SELECT clip_id, body FROM clips WHERE clip_id IN ({})"
_MOVE = "INSERT OR REPLACE INTO positions VALUES (?, ?)"
VERSION = zlib.crc32(f"{_TABLES}{ClipView.model_json_schema(mode='serialization')}".encode()) >> 1
"""Of the tables and of what is said of a clip; a file of another version is made anew."""
_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE}
"""The second one is said of its index in memory, which is a file as well."""
_STAGES = {stage: number for number, stage in enumerate(Stage)}

log = structlog.get_logger(__name__)


class ReadModel:
    """One file, used by one process. Safe between threads; every call may block on the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._writer: sqlite3.Connection | None = None
        self._reader: sqlite3.Connection | None = None

    def open(self) -> None:
        """Open the file if it is not, or begin a new one where it cannot be used.

        Raises `ReadModelFullError` where there is no room for it; the list is closed then.
        """
        with self._lock:
            if self._reader is not None:
                return
            try:
                self._connect()
            except ReadModelBrokenError as exc:
                self._set_aside(str(exc))
                self._connect()

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._disconnect()

    def set_aside(self, why: str) -> None:
        """Put the file aside; `open` then begins an empty one, to be filled from the topic."""
        with self._lock:
            self._set_aside(why)

    def positions(self) -> dict[int, int]:
        """The next offset to read of each partition that has been read."""
        return dict(self._read("SELECT partition, next FROM positions", ()))

    def fold(
        self, changes: Iterable[ClipStatus], positions: Mapping[int, int] | None = None
    ) -> None:
        """Take in `changes`, and that the topic was read up to `positions`: both or neither."""
        rows = [_row(change) for change in changes]
        with self._lock, _mapped():
            writer = _opened(self._writer)
            with writer:
                writer.executemany(_FOLD, rows)
                writer.executemany(_MOVE, (positions or {}).items())

    def get_json(self, clip_id: str) -> bytes | None:
        """Where a clip stands, as JSON; None for a clip that nobody has heard of."""
        return self._bodies([clip_id]).get(clip_id)

    def get(self, clip_id: str) -> ClipView | None:
        """Where a clip stands; None for a clip that nobody has heard of."""
        body = self.get_json(clip_id)
        try:
            return None if body is None else ClipView.model_validate_json(body)
        except ValidationError as exc:
            raise ReadModelBrokenError("a clip in it cannot be read") from exc

    def page(self, query: ClipQuery) -> ClipPage:
        """The next clips that `query` wants, newest first."""
        ranges = [self._range(query, state) for state in query.states]
        merged = heapq.merge(*ranges, reverse=True)
        places = [Place(*row) for row in islice(merged, query.limit + 1)]
        shown = places[: query.limit]
        bodies = self._bodies([place.clip_id for place in shown])
        clips = tuple(bodies[place.clip_id] for place in shown)
        return ClipPage(clips, shown[-1] if len(places) > query.limit else None)

    def cameras(self) -> list[str]:
        """The cameras that clips are of, by name; the first thousand."""
        return [camera for (camera,) in self._read(_CAMERAS, ())]

    def _bodies(self, clip_ids: list[str]) -> dict[str, bytes]:
        marks = ",".join("?" * len(clip_ids))
        rows = self._read(_BODIES.format(marks), tuple(clip_ids))
        try:
            return {clip_id: zlib.decompress(body) for clip_id, body in rows}
        except zlib.error as exc:
            raise ReadModelBrokenError("a clip in it cannot be read") from exc

    def _range(self, query: ClipQuery, state: str) -> list[tuple[int, str]]:
        """The first places of one state that `query` wants, and one more."""
        end = Place(query.span.end, "")
        last = min(query.after or end, end)
        wanted: dict[str, object] = {"state": state, "camera": query.camera, "type": query.type}
        equal = {column: value for column, value in wanted.items() if value is not None}
        sql = _RANGE.format("".join(f" AND {column} = ?" for column in equal))
        values = (query.span.start, last.at, last.clip_id, *equal.values(), query.limit + 1)
        return self._read(sql, values)

    def _read(self, sql: str, values: tuple[object, ...]) -> list[Any]:
        with _mapped():
            return _opened(self._reader).execute(sql, values).fetchall()

    def _connect(self) -> None:
        self._disconnect()
        with _mapped():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            writer = self._writer = _connection(self._path)
            found = writer.execute("PRAGMA user_version").fetchone()[0]
            if found not in (0, VERSION):
                msg = f"it is of version {found}, this worker reads {VERSION}"
                raise ReadModelBrokenError(msg)
            writer.execute("PRAGMA journal_mode = WAL")
            # A power cut may cost the last transactions, which are read from the topic again.
            writer.execute("PRAGMA synchronous = NORMAL")
            if not found:
                # All or nothing: without room, half of the tables would be in the way for ever.
                writer.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {VERSION}; COMMIT;")
            writer.execute("SELECT max(next) FROM positions")
            reader = _connection(self._path)
            reader.execute("PRAGMA query_only = ON")
            self._reader = reader

    def _disconnect(self) -> None:
        for connection in (self._reader, self._writer):
            if connection is not None:
                connection.close()
        self._reader = self._writer = None

    def _set_aside(self, why: str) -> None:
        """The latest file that was set aside is kept, for whoever wants to know more."""
        self._disconnect()
        log.error("statuses.rebuilding", file=self._path.name, reason=why)
        with _mapped():
            for leftover in ("-wal", "-shm"):
                self._path.with_name(self._path.name + leftover).unlink(missing_ok=True)
            if self._path.exists():
                self._path.replace(self._path.with_name(self._path.name + ".broken"))


def _connection(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, check_same_thread=False, timeout=10)


def _opened(connection: sqlite3.Connection | None) -> sqlite3.Connection:
    if connection is None:
        raise ReadModelError("the list of clips is closed")
    return connection


def _row(change: ClipStatus) -> tuple[object, ...]:
    return (
        change.clip_id,
        change.camera_id,
        change.type,
        state_of(change),
        to_ns(change.incident_at),
        change.revision,
        _STAGES[change.status],
        to_ns(change.updated_at),
        zlib.compress(ClipView.of(change).model_dump_json().encode(), 1),
    )


@contextmanager
def _mapped() -> Iterator[None]:
    """SQLite's errors as ours: a plain `DatabaseError` says that the file is damaged."""
    try:
        yield
    except sqlite3.Error as exc:
        raise _kind(exc)(f"the list of clips: {exc}") from exc
    except OSError as exc:
        kind = ReadModelFullError if exc.errno == errno.ENOSPC else ReadModelError
        raise kind(f"the list of clips: {exc.strerror}") from exc


def _kind(exc: sqlite3.Error) -> type[ReadModelError]:
    if getattr(exc, "sqlite_errorcode", None) in _FULL:
        return ReadModelFullError
    damaged = type(exc) is sqlite3.DatabaseError or "no such table" in str(exc)
    return ReadModelBrokenError if damaged else ReadModelError
