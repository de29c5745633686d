"""`cameras`: what is recorded of each camera, and what is wrong with it."""

import click

from schemas.camera_report import CameraReport, FootageReport
from schemas.instant import rfc3339
from schemas.settings import Settings
from streams.services import Services

_HEADS = ("CAMERA", "NEWEST (UTC)", "LAG", "SEGMENT", "FILES", "SIZE", "OLDEST (UTC)", "CODECS")


def command(settings: Settings) -> click.Command:
    """The command, on these settings."""

    @click.command("cameras")
    @click.option("--json", "as_json", is_flag=True, help="One object on stdout.")
    def cameras(*, as_json: bool) -> None:
        """List the cameras that have footage: how far it reaches, how it is, what is wrong."""
        services = Services(settings)
        try:
            found = services.survey.report()
        finally:
            services.close()
        click.echo(found.model_dump_json(indent=2) if as_json else _table(found))

    return cameras


def _table(found: FootageReport) -> str:
    rows = [_HEADS, *(_row(camera) for camera in found.cameras)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(_HEADS))]
    lines = ["  ".join(map(str.ljust, rows[0], widths)).rstrip()]
    for row, camera in zip(rows[1:], found.cameras, strict=True):
        lines.append("  ".join(map(str.ljust, row, widths)).rstrip())
        lines += [f"  ! {problem}" for problem in camera.problems]
    return "\n".join(lines + [f"! {problem}" for problem in found.problems])


def _row(camera: CameraReport) -> tuple[str, ...]:
    return (
        camera.camera_id,
        rfc3339(camera.newest)[:19] if camera.newest else "-",
        "-" if camera.lag_seconds is None else f"{camera.lag_seconds:.1f}s",
        "-" if camera.segment_seconds is None else f"{camera.segment_seconds:g}s",
        str(camera.segments),
        f"{camera.bytes / 1e6:.1f}MB",
        rfc3339(camera.oldest)[:19] if camera.oldest else "-",
        ", ".join(camera.codecs),
    )
