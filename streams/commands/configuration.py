"""`config check` and `config show`."""

import json

import click
import yaml

from schemas.settings import Settings


def command(settings: Settings) -> click.Group:
    """The command group, on these settings. They were checked when they were loaded."""
    group = click.Group("config", help="Check or show the configuration in effect.")

    @group.command("check")
    def check() -> None:
        """Say whether the configuration can be used (the error names place, value and fix)."""
        click.echo("the configuration is good")

    @group.command("show")
    def show() -> None:
        """Print every setting as it is in effect; secrets are masked."""
        values = json.loads(settings.model_dump_json())
        click.echo(yaml.safe_dump(values, sort_keys=False), nl=False)

    return group
