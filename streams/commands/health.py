"""`health`: asks the worker of these settings whether it does its work; for containers.

It is asked every few seconds, so it must not need what a worker needs: see `faust_app`.
"""

import json
from http.client import HTTPConnection, HTTPException

import click

from schemas.settings import Http, Settings

_PATIENCE = 2.0
_EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}  # noqa: S104 -- where it listens, not we


def command(settings: Settings) -> click.Command:
    """The command, on these settings."""

    @click.command("health")
    def health() -> None:
        """Ask the worker on this machine whether it does its work: exit 0 if it does, else 1."""
        raise SystemExit(main(settings.http))

    return health


def main(http: Http) -> int:
    """Says what the worker answers; 0 if that is that it is ready."""
    ready, said = ask(http)
    click.echo(said, err=not ready)
    return 0 if ready else 1


def ask(http: Http) -> tuple[bool, str]:
    """Whether the worker that listens by `http` is ready, and what it says."""
    host = _EVERY_ADDRESS.get(http.host, http.host)
    line = HTTPConnection(host, http.port, timeout=_PATIENCE)
    try:
        line.request("GET", "/healthz/ready")
        answer = line.getresponse()
        return answer.status == 200, str(json.loads(answer.read())["status"])
    except (OSError, HTTPException, ValueError, LookupError) as exc:
        return False, f"no worker answers at {host}:{http.port}: {exc}"
    finally:
        line.close()
