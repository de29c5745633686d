"""`replay`: earlier incidents once more, from the topic or from a file."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

import click

from processors.adapters.clip_census import ClipCensus
from processors.adapters.incident_file import IncidentFile
from processors.adapters.replay_log import ReplayLog
from processors.errors import ClipError
from processors.moment import Ambiguous, Missing, resolve
from processors.replaying import Chooser, Forecast, Wish, replay_id
from schemas.instant import from_ns, read_time, rfc3339, to_ns
from schemas.replay import ReplayState
from schemas.settings import Settings
from streams import brokers
from streams.commands.faults import run
from streams.replay import Replay, foretell
from streams.replay_source import FileSource, Source, TopicSource
from streams.services import Services
from streams.shipment import Progress, Shipment
from topics.cloudevents import ReplayMode
from topics.names import INCIDENT_REPORTED

_ATTEMPTS = 10_000


@dataclass(frozen=True, slots=True)
class Question:
    """What the operator asked for."""

    wish: Wish
    source: Source
    asked: dict[str, str]
    """In words; the id of the replay is made of them."""
    from_file: bool


def command(settings: Settings) -> click.Command:
    """The command, on these settings."""

    @click.command("replay")
    @click.option("--from", "since", metavar="TIME", help="Reported at or after; RFC 3339.")
    @click.option("--to", "until", metavar="TIME", help="Reported before.")
    @click.option("--file", type=click.Path(path_type=Path), help="Instead: .csv or .jsonl.")
    @click.option("--camera", help="Only of this camera.")
    @click.option("--type", "type_", help="Only of this type.")
    @click.option("--rate", type=click.FloatRange(min=0, min_open=True), help="Incidents a second.")
    @click.option("--max", "most", type=click.IntRange(min=1), help="At most so many now.")
    @click.option("--force", is_flag=True, help="Cut anew what has an answer: next revision.")
    @click.option("--republish-only", is_flag=True, help="Only announce answers again.")
    @click.option("--again", is_flag=True, help="Once more what a finished replay has sent.")
    @click.option("--execute", is_flag=True, help="Do it; else only say what would be done.")
    def replay(
        *,
        since: str | None,
        until: str | None,
        file: Path | None,
        camera: str | None,
        type_: str | None,
        rate: float | None,
        most: int | None,
        force: bool,
        republish_only: bool,
        again: bool,
        execute: bool,
    ) -> None:
        """Have earlier incidents dealt with once more, behind the live ones.

        Without --force or --republish-only only those without an answer are sent. The same command
        goes on where an interrupted one, or one with --max, has stopped.
        """
        if force and republish_only:
            raise click.UsageError("--force cuts anew, --republish-only does not: choose one")
        mode = ReplayMode.FORCE if force else ReplayMode.REPUBLISH if republish_only else None
        services = Services(settings)
        try:
            times = _span(since, until, services.setups.usual.zone, file)
            question = _question(settings, Wish(*times, camera, type_, mode), file)
            if execute:
                run(_execute(services, question, rate, most, again=again))
            else:
                _tell(run(foretell(question.source, _chooser(services, question))), settings, mode)
        except ClipError as exc:
            raise click.ClickException(str(exc)) from exc
        finally:
            services.close()

    return replay


def _span(
    since: str | None, until: str | None, zone: tzinfo, file: Path | None
) -> tuple[int | None, int | None]:
    if file is not None:
        if since or until:
            raise click.UsageError(
                "--from and --to are for replays from the topic, not from a file"
            )
        return None, None
    if since is None or until is None:
        raise click.UsageError("give --from and --to, or --file")
    start, stop = _instant("--from", since, zone), _instant("--to", until, zone)
    if stop <= start:
        raise click.UsageError(f"--to {until} is not after --from {since}")
    return start, stop


def _instant(option: str, text: str, zone: tzinfo) -> int:
    try:
        found = resolve(read_time(text), zone)
    except ValueError as exc:
        raise click.UsageError(f"{option} {text!r} {exc}") from exc
    if isinstance(found, Missing | Ambiguous):
        raise click.UsageError(f"{option} {text} is not one instant in {zone}: add an offset")
    moment: datetime = found
    return to_ns(moment)


def _question(settings: Settings, wish: Wish, file: Path | None) -> Question:
    asked = {
        "camera": wish.camera or "",
        "type": wish.type or "",
        "mode": wish.mode or "",
        "group": settings.kafka.group,
    }
    if file is not None:
        incidents = IncidentFile(file)
        asked |= {"file": file.name, "sha256": incidents.digest}
        return Question(wish, FileSource(incidents), asked, from_file=True)
    assert wish.since is not None
    assert wish.until is not None
    asked |= {"from": rfc3339(from_ns(wish.since)), "to": rfc3339(from_ns(wish.until))}
    source = TopicSource(settings.kafka, INCIDENT_REPORTED, wish)
    return Question(wish, source, asked, from_file=False)


def _chooser(services: Services, question: Question) -> Chooser:
    census = ClipCensus(services.settings.output.root)
    return Chooser(question.wish, services.setups, services.settings.windows, census.is_answered)


def _tell(forecast: Forecast, settings: Settings, mode: ReplayMode | None) -> None:
    for camera, count in sorted(forecast.cameras.items()):
        click.echo(f"{count:8} {camera}")
    if forecast.first is not None and forecast.last is not None:
        span = (rfc3339(from_ns(at)) for at in (forecast.first, forecast.last))
        click.echo("incidents of " + " to ".join(span))
    size = ClipCensus(settings.output.root).usual_size()
    if mode is not ReplayMode.REPUBLISH:
        said = "unknown" if size is None else f"about {size * forecast.chosen:,} bytes"
        click.echo(f"clips to be cut: {said}" + (f" ({size:,} each)" if size else ""))
    _tell_rest(forecast, mode)
    click.echo(f"{forecast.chosen} would be sent: add --execute")


def _tell_rest(forecast: Forecast, mode: ReplayMode | None) -> None:
    if forecast.answered:
        why = (
            "have no answer to announce"
            if mode is ReplayMode.REPUBLISH
            else "have an answer (--force cuts anew, --republish-only announces again)"
        )
        click.echo(f"left out: {forecast.answered} {why}")
    if forecast.not_wanted:
        click.echo(f"left out: {forecast.not_wanted} of other cameras or types")
    if forecast.unreadable:
        click.echo(f"left out: {forecast.unreadable} are no incidents, for example", err=True)
    for fault in forecast.faults:
        click.echo(f"  {fault}", err=True)


async def _execute(
    services: Services, question: Question, rate: float | None, most: int | None, *, again: bool
) -> None:
    log = ReplayLog(services.settings.output.root)
    if question.from_file:
        await _check(services, question)
    state = await _begin(log, question, again=again)
    with log.claim(state.id):
        click.echo(f"replay {state.id}", err=True)
        progress = Progress("sent")
        async with brokers.producer(services.settings.kafka) as producer:
            replay = Replay(
                state,
                mode=question.wish.mode,
                chooser=_chooser(services, question),
                log=log,
                shipment=Shipment(producer, rate),
                progress=progress,
            )
            try:
                state = await replay.run(question.source, most)
            finally:
                progress.end()
    rest = "" if state.finished else "; the same command goes on"
    click.echo(f"replay {state.id}: {progress.done} sent now, {state.sent} in all{rest}")


async def _check(services: Services, question: Question) -> None:
    """A file is the operator's to mend: nothing of it is sent while a line cannot be read."""
    forecast = await foretell(question.source, _chooser(services, question))
    if forecast.unreadable:
        _tell_rest(forecast, question.wish.mode)
        raise click.ClickException("nothing was sent: mend or remove these lines first")


async def _begin(log: ReplayLog, question: Question, *, again: bool) -> ReplayState:
    """The unfinished replay of this question, else a new one."""
    for attempt in range(1, _ATTEMPTS):
        replay = replay_id(question.asked, attempt)
        state = await asyncio.to_thread(log.find, replay)
        if state is None and (attempt == 1 or again):
            positions = await question.source.positions()
            state = ReplayState(id=replay, asked=question.asked, positions=positions)
            with log.claim(replay):
                log.save(state)
            return state
        if state is None:
            break
        if not state.finished:
            return state
    done = replay_id(question.asked, attempt - 1)
    raise click.ClickException(f"replay {done} has sent all of this already: add --again")
