"""Conditional and partial requests, by RFC 9110."""

from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.http.conditions import Content, Served, decide

FILE = Content(tag="abc", size=1000, modified=1_764_000_000)
THEN = "Mon, 24 Nov 2025 16:00:00 GMT"
BEFORE = "Mon, 24 Nov 2025 15:59:59 GMT"

OK = Served(HTTPStatus.OK, 0, 1000)
NOT_MODIFIED = Served(HTTPStatus.NOT_MODIFIED)
FAILED = Served(HTTPStatus.PRECONDITION_FAILED)
BEYOND = Served(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)


def part(start: int, count: int) -> Served:
    return Served(HTTPStatus.PARTIAL_CONTENT, start, count)


@pytest.mark.parametrize(
    ("headers", "served"),
    [
        ({}, OK),
        ({"Range": "bytes=0-0"}, part(0, 1)),
        ({"Range": "bytes=100-199"}, part(100, 100)),
        ({"Range": "bytes=100-"}, part(100, 900)),
        ({"Range": "bytes=0-99999"}, part(0, 1000)),
        ({"Range": "bytes=-1"}, part(999, 1)),
        ({"Range": "bytes=-5000"}, part(0, 1000)),
        ({"Range": "bytes=-0"}, BEYOND),
        ({"Range": "bytes=1000-"}, BEYOND),
        ({"Range": "bytes=1000-1001"}, BEYOND),
        ({"Range": "bytes=5-4"}, OK),
        ({"Range": "bytes=-"}, OK),
        ({"Range": "bytes=0-1,5-6"}, OK),
        ({"Range": "lines=0-1"}, OK),
        ({"Range": "bytes=" + "9" * 19 + "-"}, BEYOND),
        ({"Range": "bytes=" + "9" * 200 + "-"}, OK),
        ({"If-None-Match": '"abc"'}, NOT_MODIFIED),
        ({"If-None-Match": 'W/"abc"'}, NOT_MODIFIED),
        ({"If-None-Match": '"x", "abc"'}, NOT_MODIFIED),
        ({"If-None-Match": "*"}, NOT_MODIFIED),
        ({"If-None-Match": '"x"'}, OK),
        ({"If-None-Match": '"x"', "If-Modified-Since": THEN}, OK),
        ({"If-Modified-Since": THEN}, NOT_MODIFIED),
        ({"If-Modified-Since": BEFORE}, OK),
        ({"If-Modified-Since": "never"}, OK),
        ({"If-Match": '"abc"'}, OK),
        ({"If-Match": "*"}, OK),
        ({"If-Match": 'W/"abc"'}, FAILED),
        ({"If-Match": '"x"'}, FAILED),
        ({"If-Unmodified-Since": BEFORE}, FAILED),
        ({"If-Unmodified-Since": THEN}, OK),
        ({"Range": "bytes=1-2", "If-Range": '"abc"'}, part(1, 2)),
        ({"Range": "bytes=1-2", "If-Range": 'W/"abc"'}, OK),
        ({"Range": "bytes=1-2", "If-Range": '"x"'}, OK),
        ({"Range": "bytes=1-2", "If-Range": THEN}, part(1, 2)),
        ({"Range": "bytes=1-2", "If-Range": BEFORE}, OK),
        ({"Range": "bytes=1-2", "If-None-Match": '"abc"'}, NOT_MODIFIED),
    ],
)
def test_each_request_gets_what_the_rules_say(headers: dict[str, str], served: Served) -> None:
    assert decide(headers, FILE) == served


@given(st.text(max_size=40), st.integers(0, 5))
def test_whatever_is_asked_for_lies_within_the_file(text: str, size: int) -> None:
    for asked in (text, f"bytes={text}"):
        served = decide({"Range": asked}, Content("t", size, 0))
        assert 0 <= served.start <= served.start + served.count <= size
