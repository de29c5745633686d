"""The name of a camera, which is also its folder below the footage root."""

import re
from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

MAX_BYTES = 160
"""Leaves room for time, clip id and ending within the 255 bytes of a file name."""

_PART = re.compile(r"[\w(#][\w ,+@()#=.:~-]*")


def safe_camera(name: str) -> str:
    """`name` if it can stand in a path below the footage root; raises `ValueError` if not.

    Holds every path name that MediaMTX allows (letters, digits, _ - / . ~ :), except parts that
    begin with one of - . ~ :, and other recorders' names in any alphabet.
    """
    if len(name.encode()) > MAX_BYTES:
        msg = f"a camera name has at most {MAX_BYTES} bytes"
        raise ValueError(msg)
    if not all(_PART.fullmatch(part) and part == part.strip() for part in name.split("/")):
        msg = (
            "is no camera name: use letters, digits and _ - . , + @ ( ) # = : ~ or space, "
            "with / between folders; no part may be empty or begin with - . ~ or :"
        )
        raise ValueError(msg)
    return name


_SCHEMA = {
    "type": "string",
    "minLength": 1,
    "maxLength": MAX_BYTES,
    "pattern": r"^[^/\\.~:\s-][^/\\]*(/[^/\\.~:\s-][^/\\]*)*$",
}

CameraId = Annotated[str, AfterValidator(safe_camera), WithJsonSchema(_SCHEMA)]
"""A field that holds a camera's name."""
