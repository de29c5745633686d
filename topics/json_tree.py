"""JSON bytes from anyone, as a tree; every way in which they can be wrong is one error."""

from pydantic_core import from_json

_BOM = b"\xef\xbb\xbf"


class JsonError(ValueError):
    """The bytes are not JSON that we can read; `str()` says what is wrong and what to send."""


def read_json(value: bytes) -> object:
    """The tree of `value`. Whole numbers keep all their digits; the last of equal names counts.

    Refuses NaN, infinities, lone surrogates and what nests deeper than about 200 levels, in time
    proportional to the bytes. A byte order mark is skipped, as RFC 8259 allows.
    """
    if not value:
        msg = "the value has zero bytes: send a JSON object (a null value is a tombstone)"
        raise JsonError(msg)
    try:
        tree: object = from_json(value.removeprefix(_BOM), allow_inf_nan=False)
    except ValueError as exc:
        msg = f"the value {value[:24]!r} is not JSON ({exc}): send a UTF-8 JSON object"
        raise JsonError(msg) from exc
    return tree
