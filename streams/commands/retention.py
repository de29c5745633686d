"""`retention`: removes clips that were kept long enough, now; or says which those are."""

import asyncio

import click
from aiokafka.errors import KafkaError

from processors.adapters.clip_shelf import ClipShelf
from processors.errors import ClipError
from schemas.instant import from_ns
from schemas.settings import Settings
from schemas.units import say_bytes
from streams import brokers
from streams.metrics import Metrics
from streams.services import Services
from streams.tidying import Tidier, leaving


def command(settings: Settings) -> click.Command:
    """The command, on these settings."""

    @click.command("retention")
    @click.option("--dry-run", is_flag=True, help="Only list what would go.")
    def retention(*, dry_run: bool) -> None:
        """Remove clips that were kept long enough, oldest first (settings: retention)."""
        try:
            if dry_run:
                _list(settings)
            else:
                click.echo(f"removed {asyncio.run(_tidy(settings))} clips")
        except (ClipError, KafkaError, brokers.KafkaAwayError) as exc:
            raise click.ClickException(str(exc) or repr(exc)) from exc

    return retention


def _list(settings: Settings) -> None:
    services = Services(settings)
    going = leaving(ClipShelf(services.store), settings.retention, services.clock.now())
    for clip, rule in going:
        made = f"{from_ns(clip.made_at):%Y-%m-%dT%H:%M:%SZ}"
        click.echo(f"{made}  {rule:<5}  {clip.size:>12}  {clip.stem}")
    size = sum(clip.size for clip, _ in going)
    click.echo(f"{len(going)} clips would be removed, {say_bytes(size)}")


async def _tidy(settings: Settings) -> int:
    services = Services(settings)
    async with brokers.outbox(settings.kafka) as outbox:
        tidier = Tidier(
            ClipShelf(services.store),
            services.store,
            outbox,
            services.clock,
            rules=settings.retention,
            metrics=Metrics(),
        )
        return await tidier.tidy()
