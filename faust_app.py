"""Who is plugged in: the only file that reads the environment and joins the parts.

`python faust_app.py COMMAND`, or `faust -A faust_app COMMAND`.
"""

import os
import signal
import sys
from pathlib import Path

from pydantic import ValidationError

from schemas.config_file import ConfigFileError
from schemas.settings import FAUST_PREFIX, Settings, load
from streams.commands import health


def _configured() -> Settings:
    """The settings of the environment and its file; raises as `load` does."""
    if "PORT" in os.environ:
        os.environ.setdefault("CLIPS_HTTP__PORT", os.environ["PORT"])
    path = Path(os.environ.get("CLIPS_CONFIG") or "config.yaml")
    return load(path if path.is_file() else None)


# The imports below take a second or more. A worker told to leave meanwhile has taken on nothing,
# and who is asked every few seconds how it is does without them.
if "worker" in sys.argv:
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
elif sys.argv[1:] == ["health"]:
    try:
        found = _configured()
    except (ValidationError, ConfigFileError):
        pass  # told below, like by any other command
    else:
        sys.exit(health.main(found.http))

import asyncio
import socket
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import click
from aiokafka import TopicPartition
from faust.cli.faust import cli as faust_cli

from processors.adapters.clip_shelf import ClipShelf
from processors.adapters.cutter_pool import CutterPool, cores
from processors.adapters.decode_check import DecodeCheck
from processors.adapters.poster_shelf import PosterShelf
from processors.adapters.read_model import ReadModel
from processors.errors import ReadModelFullError, StoreError
from schemas.clip import ClipCompleted
from schemas.config_faults import describe, strangers
from streams import logs, security
from streams.amender import Amender
from streams.announcer import Announcer
from streams.brokers import KafkaAwayError, servers
from streams.commands import (
    cameras,
    clip,
    configuration,
    dlq,
    doctor,
    replay,
    retention,
    topics,
)
from streams.consumer import ClipApp, UnprovenFaustError
from streams.dead_letters import DeadLetters
from streams.group_announcer import GroupAnnouncer
from streams.http import server
from streams.http.parts import Parts
from streams.incidents import Intake
from streams.metrics import Metrics
from streams.observer import Observer
from streams.publisher import Publisher
from streams.scheduler import Scheduler
from streams.security import SecurityError
from streams.services import Services
from streams.status_reader import StatusReader
from streams.tidying import Tidier
from streams.watcher import Watcher
from streams.worker import PortTakenError, Worker
from topics.dead_letter_limit import DlqLimit
from topics.names import CONSUMED, MAX_OUTPUT_BYTES

_NO_START = (KafkaAwayError, PortTakenError, SecurityError, StoreError, UnprovenFaustError)
"""What a worker ends with in a sentence, for whoever starts it again."""
_TURN = 0.0005
"""Seconds that a thread keeps the interpreter while others want it. Python's own 0.005 lets the loop,
which gives it up whenever it waits for Kafka, wait as long beside each look and each rendering.
"""
_CAMERAS_AT_ONCE = 64
"""Looked at; more than that many with a file system that hangs stall the others."""


def _settings() -> Settings:
    """The settings, or exit 2 with one line a fault."""
    named = os.environ.get("CLIPS_CONFIG")
    faults = strangers(os.environ)
    if named and not Path(named).is_file():
        faults.append(f"CLIPS_CONFIG = {named!r}: there is no such file")
    if not faults:
        try:
            found = _configured()
            Services(found).check()
        except ValidationError as exc:
            faults = describe(exc)
        except ConfigFileError as exc:
            faults = [str(exc)]
        except ValueError as exc:
            faults = [str(exc)]
        else:
            return found
    for fault in faults:
        click.echo(f"configuration: {fault}", err=True)
    raise SystemExit(2)


def _state(settings: Settings) -> Path:
    return settings.output.root / ".state"


def _instance(settings: Settings) -> str:
    """Tells apart the workers that share an output."""
    return f"{socket.gethostname()}-{settings.http.port}"


def _app(settings: Settings) -> ClipApp:
    kafka = settings.kafka
    return ClipApp(
        kafka.group,
        kafka=kafka,
        http=settings.http,
        env_prefix=FAUST_PREFIX,
        id_format="{id}",
        broker=[f"kafka://{server}" for server in servers(kafka)],
        consumer_group_instance_id=kafka.instance_id,
        # A static member gets its old assignment back, which Faust refuses under another address.
        canonical_url=f"http://{kafka.instance_id}" if kafka.instance_id else None,
        datadir=_state(settings) / "faust" / _instance(settings),
        autodiscover=False,
        processing_guarantee="at_least_once",
        # Events are held while footage is waited for: Faust must not wait for them at a rebalance.
        stream_wait_empty=False,
        # All topics share one line here: live incidents would wait behind thousands of parked ones.
        stream_buffer_maxsize=128,
        stream_processing_timeout=3600,
        broker_max_poll_records=100,
        broker_commit_interval=1.0,
        broker_commit_livelock_soft_timeout=3600,
        # A worker that fetches nothing because its hands are full must not be thrown out.
        broker_max_poll_interval=30 * 86400,
        broker_session_timeout=kafka.session_timeout,
        broker_heartbeat_interval=kafka.heartbeat_interval,
        broker_rebalance_timeout=30,
        broker_request_timeout=max(60, kafka.session_timeout + 5),
        producer_request_timeout=30,
        producer_max_request_size=MAX_OUTPUT_BYTES,
        consumer_auto_offset_reset="earliest",
        key_serializer="raw",
        value_serializer="raw",
        topic_allow_declare=False,
        topic_disable_leader=True,
        worker_redirect_stdouts=False,
        web_bind=settings.http.host,
        web_port=settings.http.port,
        web_host=settings.http.host,
        # Faust's own pages show tables and routes to anybody.
        web_router_enabled=False,
        web_tables_enabled=False,
        web_stats_enabled=False,
        web_graph_enabled=False,
    )


def _scheduler(
    services: Services, announcer: Announcer, publisher: Publisher, metrics: Metrics
) -> Scheduler:
    settings = services.settings
    decodes = DecodeCheck(
        lambda: services.ffmpeg,
        every=settings.cut.decode_check,
        say=lambda verdict: metrics.decoded.labels(verdict=verdict).inc(),
    )

    def announced(answer: ClipCompleted) -> None:
        for video in answer.videos:
            decodes.consider(answer.clip_id, settings.output.root / video.path)

    return Scheduler(
        services.job,
        announcer,
        publisher,
        services.clock,
        metrics,
        amend_list=services.amend_list,
        limits=settings.limits,
        cutters=settings.cut.workers or max(2, cores()),
        lookers=ThreadPoolExecutor(_CAMERAS_AT_ONCE, thread_name_prefix="look"),
        announced=announced,
        merging=services.merging,
    )


def _intake(
    services: Services, scheduler: Scheduler, dead_letters: DeadLetters, metrics: Metrics
) -> Intake:
    return Intake(
        scheduler,
        dead_letters,
        setups=services.setups,
        windows=services.settings.windows,
        clock=services.clock,
        metrics=metrics,
    )


def _amender(services: Services, announcer: Announcer) -> Amender:
    return Amender(
        services.job,
        announcer,
        services.store,
        services.amend_list,
        services.clock,
        amend_for=services.settings.footage.amend_for,
    )


def _tidier(services: Services, publisher: Publisher, metrics: Metrics) -> Tidier:
    return Tidier(
        ClipShelf(services.store),
        services.store,
        publisher,
        services.clock,
        rules=services.settings.retention,
        metrics=metrics,
    )


def _observer(
    app: ClipApp,
    services: Services,
    scheduler: Scheduler,
    metrics: Metrics,
    partitions: Callable[[], Iterable[TopicPartition]],
) -> Observer:
    return Observer(
        app,
        services.settings,
        scheduler,
        metrics,
        services.clock,
        partitions=partitions,
        cameras=services.survey.report,
        ffmpeg=services.ffmpeg.version,
    )


def _pool(settings: Settings, metrics: Metrics) -> CutterPool | None:
    """Processes to cut in, which begin to start."""
    cut = settings.cut
    usual = min(cores(), cut.workers or cores())
    wanted = usual if cut.processes is None else cut.processes
    if not wanted:
        return None
    pool = CutterPool(wanted, say=lambda why: metrics.cutters_replaced.labels(why=why).inc())
    metrics.cutters.set_function(lambda: pool.alive)
    pool.start()
    return pool


def _worker(app: ClipApp, settings: Settings, services: Services, metrics: Metrics) -> Worker:
    # Not before: commands that need no Kafka must not fail over its secrets.
    app.conf.broker_credentials = security.credentials(settings.kafka.security)
    publisher = Publisher(app.producer)
    groups = GroupAnnouncer(publisher, services.group_book)
    announcer = Announcer(publisher, services.store, services.clock, metrics, groups=groups)
    scheduler = _scheduler(services, announcer, publisher, metrics)
    limit = DlqLimit(settings.dlq.max_ratio, settings.dlq.max_consecutive)
    dead_letters = DeadLetters(publisher, services.clock, metrics, limit)
    intake = _intake(services, scheduler, dead_letters, metrics)
    model = ReadModel(_state(settings) / "statuses" / f"{_instance(settings)}.sqlite")
    observer = _observer(app, services, scheduler, metrics, lambda: worker.assignment.partitions)
    worker = Worker(
        app,
        settings,
        intake=intake,
        dead_letters=dead_letters,
        scheduler=scheduler,
        amender=_amender(services, announcer),
        publisher=publisher,
        store=services.store,
        statuses=StatusReader(settings.kafka, model),
        tidier=_tidier(services, publisher, metrics),
        observer=observer,
        watcher=Watcher(services.watch.changes, scheduler.hint) if settings.footage.watch else None,
        metrics=metrics,
    )
    app.pages = lambda: server.build(
        _parts(
            services,
            worker=worker,
            publisher=publisher,
            model=model,
            observer=observer,
            metrics=metrics,
            hint=scheduler.hint,
        )
    )
    app.agent(app.topic(*CONSUMED, key_type=bytes, value_type=bytes), name="incidents")(
        intake.consume
    )
    return worker


def _parts(
    services: Services,
    *,
    worker: Worker,
    publisher: Publisher,
    model: ReadModel,
    observer: Observer,
    metrics: Metrics,
    hint: Callable[[str], None],
) -> Parts:
    with suppress(ReadModelFullError):  # whoever reads statuses opens it when there is room
        model.open()
    return Parts(
        settings=services.settings,
        setups=services.setups,
        clock=services.clock,
        outbox=publisher,
        clips=model,
        published=services.store,
        posters=PosterShelf(services.store, lambda: services.ffmpeg),
        cameras=services.survey.report,
        health=worker.health,
        alive=worker.alive,
        accepting=lambda: worker.started and not worker.draining,
        loaded=worker.loaded,
        observe=observer.refresh,
        metrics=metrics,
        hint=hint,
    )


async def _run(app: ClipApp, settings: Settings) -> int:
    sys.setswitchinterval(_TURN)
    # Inside the loop: Faust's services bind to the loop that they are first touched in.
    metrics = Metrics(settings.metrics.max_cameras)
    pool = _pool(settings, metrics)
    services = Services(settings, pool)
    try:
        return await _worker(app, settings, services, metrics).run()
    finally:
        if pool is not None:
            await pool.close()
        services.close()


def _commands(app: ClipApp, settings: Settings) -> list[click.Command]:
    @click.command("worker")
    @click.option("-l", "--loglevel", help="Same as CLIPS_LOG__LEVEL.")
    def worker(loglevel: str | None) -> None:
        """Consume incidents until SIGTERM or SIGINT; then drain and exit 0."""
        said = settings.log
        logs.configure(said.model_copy(update={"level": loglevel}) if loglevel else said)
        try:
            raise SystemExit(asyncio.run(_run(app, settings)))
        except _NO_START as exc:
            click.echo(f"worker: {exc}", err=True)
            raise SystemExit(1) from exc

    return [
        worker,
        clip.command(settings),
        cameras.command(settings),
        topics.command(settings),
        dlq.command(settings),
        replay.command(settings),
        doctor.command(settings),
        health.command(settings),
        configuration.command(settings),
        retention.command(settings),
    ]


settings = _settings()
app = _app(settings)
cli = click.Group("faust_app.py", help="From incidents on Kafka to proven video clips.")
for _command in _commands(app, settings):
    cli.add_command(_command)
    faust_cli.add_command(_command)

if __name__ == "__main__":
    sys.exit(cli())
