"""`doctor`: is everything there that a worker needs? Each line says what to do if not."""

import asyncio
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from aiokafka.errors import KafkaError

from processors.adapters.ffmpeg import find_ffmpeg
from processors.adapters.volume_probe import no_sharing
from processors.errors import ClipError
from schemas.settings import Settings
from streams import brokers
from streams.commands.topics import differences
from streams.consumer import UnprovenFaustError, check_faust
from streams.security import SecurityError
from topics.names import all_topics

_LOW_SPACE = 1_000_000_000
_EARLIEST_SANE = 1_750_000_000
"""A clock before mid-2025 was never set."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; where something is wrong, with what to do."""

    what: str
    advice: str | None = None

    @property
    def good(self) -> bool:
        """Whether there is nothing to do."""
        return self.advice is None


def command(settings: Settings) -> click.Command:
    """The command, on these settings."""

    @click.command("doctor")
    def doctor() -> None:
        """Check broker, topics, ffmpeg, folders and clock; exit 1 if anything is wrong."""
        bad = 0
        for finding in examine(settings):
            bad += not finding.good
            mark = (
                click.style("ok  ", fg="green") if finding.good else click.style("BAD ", fg="red")
            )
            click.echo(mark + finding.what)
            if finding.advice:
                click.echo(f"      -> {finding.advice}")
        raise SystemExit(1 if bad else 0)

    return doctor


def examine(settings: Settings) -> Iterator[Finding]:
    """All findings, cheapest first."""
    checks: tuple[Callable[[Settings], Finding], ...] = (
        _faust,
        _clock,
        _ffmpeg,
        _footage,
        _output,
        _sharing,
        _kafka,
    )
    for check in checks:
        yield check(settings)


def _faust(_: Settings) -> Finding:
    try:
        check_faust()
    except UnprovenFaustError as exc:
        return Finding("Faust", str(exc))
    return Finding("Faust is the proven build")


def _clock(_: Settings) -> Finding:
    now = time.time()
    said = f"clock says {time.strftime('%Y-%m-%d %H:%M:%SZ', time.gmtime(now))}"
    return Finding(said, None if now > _EARLIEST_SANE else "set it, best by NTP")


def _ffmpeg(_: Settings) -> Finding:
    try:
        found = find_ffmpeg()
    except ClipError as exc:
        return Finding("ffmpeg", str(exc))
    return Finding(f"ffmpeg {found.version} at {found.path}")


def _footage(settings: Settings) -> Finding:
    root = settings.footage.root
    if not root.is_dir() or not os.access(root, os.R_OK | os.X_OK):
        return Finding(f"footage root {root}", "create it, mount it, or set CLIPS_FOOTAGE__ROOT")
    cameras = sum(1 for entry in root.iterdir() if entry.is_dir())
    return Finding(f"footage root {root} is readable ({cameras} folders)")


def _output(settings: Settings) -> Finding:
    root = settings.output.root
    where = root if root.exists() else _nearest(root)
    if not os.access(where, os.W_OK | os.X_OK):
        return Finding(f"output root {root}", "make it writable for this user")
    free = shutil.disk_usage(where).free
    said = f"output root {root} is writable, {free / 1e9:.1f} GB free"
    return Finding(said, None if free > _LOW_SPACE else "free some space: clips need it")


def _sharing(settings: Settings) -> Finding:
    """Not having it is no fault: clips then take a little longer, and room."""
    root = settings.output.root
    try:
        why = no_sharing(settings.footage.root, root if root.exists() else _nearest(root))
    except OSError as exc:
        why = exc.strerror or str(exc)
    if why is None:
        return Finding("clips may share their room with recordings: there is none yet to try with")
    if why:
        return Finding(f"clips are copies: the volumes share no blocks ({why})")
    return Finding("clips share their blocks with the recordings (method: clone)")


def _nearest(path: Path) -> Path:
    return next(parent for parent in path.absolute().parents if parent.exists())


def _kafka(settings: Settings) -> Finding:
    kafka = settings.kafka
    try:
        found = asyncio.run(differences(kafka, all_topics(kafka.partitions)))
    except (brokers.KafkaAwayError, SecurityError, KafkaError) as exc:
        return Finding(f"Kafka: {exc}", "start it, or set CLIPS_KAFKA__BOOTSTRAP_SERVERS")
    if found:
        return Finding(f"topics: {'; '.join(found)}", "run `python faust_app.py topics create`")
    return Finding(f"Kafka at {kafka.bootstrap_servers} has all topics as they should be")
