"""What a conditional or partial request for a file is to get. Pure: RFC 9110, sections 13 and 14.

The tag of a file is strong and changes with its bytes; one range is served, several are answered
with the whole file, as the RFC allows.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus

_RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})")
_TAG = re.compile(r'(W/)?"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Content:
    """A file as it is served."""

    tag: str
    """Without quotes."""
    size: int
    modified: int
    """Whole seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class Served:
    """Status, and the bytes [start, start + count) that go with it."""

    status: HTTPStatus
    start: int = 0
    count: int = 0


def decide(headers: Mapping[str, str], content: Content) -> Served:
    """What to serve; `headers` are those of a GET or HEAD, in any case."""
    if not _is_wanted(headers, content):
        return Served(HTTPStatus.PRECONDITION_FAILED)
    if _is_known(headers, content):
        return Served(HTTPStatus.NOT_MODIFIED)
    whole = Served(HTTPStatus.OK, 0, content.size)
    asked = _RANGE.fullmatch(headers.get("Range", "").strip())
    if asked is None or asked[1] == asked[2] == "" or not _may_be_a_part(headers, content):
        return whole
    if asked[1] == "":
        count = min(int(asked[2]), content.size)
        start = content.size - count
    else:
        start = int(asked[1])
        last = int(asked[2] or content.size - 1)
        if last < start:
            return whole if asked[2] else Served(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
        count = min(last + 1, content.size) - start
    if count <= 0:
        return Served(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
    return Served(HTTPStatus.PARTIAL_CONTENT, start, count)


def _is_wanted(headers: Mapping[str, str], content: Content) -> bool:
    """If-Match, else If-Unmodified-Since."""
    if (tags := headers.get("If-Match")) is not None:
        return tags.strip() == "*" or (False, content.tag) in _tags(tags)
    since = _seconds(headers.get("If-Unmodified-Since"))
    return since is None or content.modified <= since


def _is_known(headers: Mapping[str, str], content: Content) -> bool:
    """If-None-Match, else If-Modified-Since."""
    if (tags := headers.get("If-None-Match")) is not None:
        return tags.strip() == "*" or content.tag in {tag for _, tag in _tags(tags)}
    since = _seconds(headers.get("If-Modified-Since"))
    return since is not None and content.modified <= since


def _may_be_a_part(headers: Mapping[str, str], content: Content) -> bool:
    """If-Range: a part is of use only to who has the rest of the same file."""
    known = headers.get("If-Range")
    if known is None:
        return True
    if (tag := _TAG.fullmatch(known.strip())) is not None:
        return not tag[1] and tag[2] == content.tag
    return _seconds(known) == content.modified


def _tags(text: str) -> set[tuple[bool, str]]:
    """Each entity tag, and whether it is weak."""
    return {(bool(weak), tag) for weak, tag in _TAG.findall(text)}


def _seconds(date: str | None) -> int | None:
    """An HTTP date in seconds since the epoch; None for none, and for what is no date."""
    if date is None:
        return None
    try:
        return int(parsedate_to_datetime(date).timestamp())
    except (ValueError, OverflowError):
        return None
