"""How a page for people is made: templates that escape whatever they are given, and a strict policy.

A page has no script and asks nobody but us. Its style stands inside it, allowed by its hash.
"""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from http import HTTPStatus

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from streams.http import words
from streams.http.parts import Parts
from streams.http.problems import ProblemError

_TEMPLATES = Environment(
    loader=PackageLoader("streams.http"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_STYLE = _TEMPLATES.get_template("page.css").render()
_POLICY = (
    "default-src 'none'; img-src 'self' data:; media-src 'self'; form-action 'self'; "
    f"style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_TEMPLATES.globals.update(style=Markup(_STYLE))  # noqa: S704 - a file of ours
_TEMPLATES.filters.update(
    clock=words.clock, seconds=words.seconds, size=words.size, plain=words.plain, utc=words.utc
)


def show(
    name: str,
    parts: Parts,
    values: Mapping[str, object],
    *,
    status: int = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """The page of the template `name`; what its text may hold is escaped there."""
    health = parts.health()
    text = _TEMPLATES.get_template(f"{name}.html").render(
        values, health=health.status, failing=words.failing(health.checks)
    )
    answer = web.Response(text=text, status=status, content_type="text/html", headers=headers)
    answer.headers["Content-Security-Policy"] = _POLICY
    return answer


def show_problem(parts: Parts, error: ProblemError) -> web.Response:
    """The same as problem details, for people."""
    return show(
        "problem",
        parts,
        {"problem": error.type, "detail": error.detail},
        status=error.type.status,
        headers=error.headers,
    )
