"""`clip`: one clip now, without Kafka and without waiting for footage."""

import asyncio
import time

import click
from pydantic import ValidationError

from processors.clip_job import ClipJob
from processors.errors import ClipError
from processors.footage.setup import Setups
from processors.look import Stale
from processors.request import ClipRequest
from processors.window import request
from schemas.clip import ClipCompleted
from schemas.incident import Incident, Precision
from schemas.reason import Outcome
from schemas.settings import Settings
from streams.services import Services
from topics import codec
from topics.cloudevents import Envelope
from topics.field_errors import explain

_SOURCE = "clip-command"
_EXIT = {Outcome.COMPLETE: 0, Outcome.PARTIAL: 3, Outcome.FAILED: 4}
_STALE_RETRIES = 5


def command(settings: Settings) -> click.Command:
    """The command, on these settings."""

    @click.command("clip")
    @click.option("--camera", "camera_id", required=True, help="Camera, as its folder is named.")
    @click.option("--at", "timestamp", required=True, help="RFC 3339; naive = the camera's zone.")
    @click.option("--end", "end_timestamp", help="End of what lasted.")
    @click.option("--before", type=float, help="Seconds before; 15 by default.")
    @click.option("--after", type=float, help="Seconds after; 5 by default.")
    @click.option(
        "--precision",
        type=click.Choice([word.value for word in Precision]),
        help="Left out: exact where files are longer than cut.exact_above.",
    )
    @click.option("--json", "as_json", is_flag=True, help="One annotation object on stdout.")
    def clip(*, as_json: bool, **asked: object) -> None:
        """Cut one clip now. Exit 0 complete, 3 partial, 4 failed, 2 usage."""
        services = Services(settings)
        wanted = _wanted(
            {k: v for k, v in asked.items() if v is not None}, services.setups, settings
        )
        try:
            services.store.open()
            answer = asyncio.run(_answer(services.job, wanted))
        except ClipError as exc:
            raise click.ClickException(str(exc)) from exc
        finally:
            services.store.close()
            services.close()
        click.echo(answer.model_dump_json(by_alias=True) if as_json else _in_words(answer))
        raise SystemExit(_EXIT[answer.outcome])

    return clip


def _wanted(asked: dict[str, object], setups: Setups, settings: Settings) -> ClipRequest:
    try:
        incident = Incident.model_validate(asked)
    except ValidationError as exc:
        raise click.UsageError(explain(exc, Incident)) from exc
    said = codec.Reported(incident, Envelope(source=_SOURCE), incident_id=None)
    setup = setups.of(incident.camera_id)
    wanted = request(said, time.time_ns(), setup.zone, settings.windows, setup.clock_offset)
    if isinstance(wanted, codec.Malformed):
        raise click.UsageError(wanted.message)
    return wanted


async def _answer(job: ClipJob, wanted: ClipRequest) -> ClipCompleted:
    for _ in range(_STALE_RETRIES):
        made = await job.answer(await asyncio.to_thread(job.looker.look_now, wanted))
        if not isinstance(made, Stale):
            return made.answer
    raise ClipError("the footage keeps changing while it is read; try again in a moment")


def _in_words(answer: ClipCompleted) -> str:
    if not answer.videos:
        return f"failed: {answer.reason}"
    why = f" ({answer.reason})" if answer.reason else ""
    return (
        f"{answer.outcome}{why}: {', '.join(video.path for video in answer.videos)}, "
        f"{answer.duration_seconds:.2f} s, "
        f"coverage {answer.coverage:.0%}"
    )
