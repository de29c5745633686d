"""Names of recorded files: MediaMTX's `recordPath` syntax as a codec.

Source: bluenviron/mediamtx, internal/recordstore/path.go. `encode` and `decode` are inverse. A
name says when its file starts, cut to the second or microsecond, often in local time: it is the
weakest of clocks (see `clock`), but the only one that a listing shows.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cached_property
from itertools import takewhile
from pathlib import PurePath

from schemas.camera import safe_camera

DEFAULT = "%path/%path_%Y%m%d_%H%M%S"
EXTENSIONS = ("mp4", "m4s", "ts", "mkv", "avi")
"""Also in capitals."""
MP4 = frozenset({"mp4", "m4s"})

_ENDING = rf"\.(?P<extension>(?i:{'|'.join(EXTENSIONS)}))"
_TOKEN = re.compile(r"%path|%[YmdHMSfzs]|[^%]+|%.?", re.DOTALL)
_DIGITS = {"%Y": 4, "%m": 2, "%d": 2, "%H": 2, "%M": 2, "%S": 2, "%f": 6, "%s": 10}
_FORMS = {token: rf"[0-9]{{{count}}}" for token, count in _DIGITS.items()} | {
    "%path": r"[^\x00]+?",
    "%z": r"Z|[+-][0-9]{4}",
}
_CALENDAR = ("%Y", "%m", "%d", "%H", "%M", "%S")
_SECOND, _MICROSECOND = 1_000_000_000, 1_000
_EPOCH_DAY = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Name:
    """What the name of a file says."""

    camera: str
    written: datetime
    """Start of the file; naive where the name does not tell its zone."""
    grain: int
    """The start is in [written, written + grain), nanoseconds."""
    extension: str
    """As written."""


@dataclass(frozen=True)
class Pattern:
    """A `recordPath` below the footage root, without extension. Raises `ValueError` for a bad one."""

    text: str = DEFAULT

    def __post_init__(self) -> None:
        bad = [part for part in self.tokens if part.startswith("%") and part not in _FORMS]
        folders = self.text.split("/")
        if bad:
            problem = f"does not know {bad[0]!r}"
        elif "%path" not in self.tokens:
            problem = "must contain %path"
        elif "%s" not in self.tokens and not set(_CALENDAR) <= set(self.tokens):
            problem = "must contain %s, or all of %Y %m %d %H %M %S"
        elif any(part in {"", ".", ".."} for part in folders) or not self.text.isprintable():
            problem = "must be a path below the footage root, without empty, . or .. parts"
        elif self.text != self.text.strip() or extension_of(self.text) in EXTENSIONS:
            problem = "must end without spaces and without an extension: files of any are found"
        else:
            return
        raise ValueError(f"{self.text!r} {problem}; for example {DEFAULT!r}")

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """The pattern cut into `%` fields and literal text."""
        return tuple(_TOKEN.findall(self.text))

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        return re.compile(_expression(self.tokens) + _ENDING, re.ASCII)

    @property
    def grain(self) -> int:
        """Nanoseconds to which a name is cut."""
        return _MICROSECOND if "%f" in self.tokens else _SECOND

    @property
    def local(self) -> bool:
        """Whether names leave their zone open."""
        return "%s" not in self.tokens and "%z" not in self.tokens

    @property
    def one_camera_a_folder(self) -> bool:
        """Whether files of different cameras are never in the same folder."""
        return "%path" in self.text.rpartition("/")[0]

    def encode(self, camera: str, moment: datetime, zone: tzinfo, extension: str = "mp4") -> str:
        """The path of a file that starts at the aware `moment`, below the footage root.

        Raises `ValueError` for a camera name that could leave the root.
        """
        fields = _written(moment.astimezone(zone))
        fields["%path"] = safe_camera(camera)
        return "".join(fields.get(token, token) for token in self.tokens) + "." + extension

    def decode(self, path: str) -> Name | None:
        """What `path` (below the footage root, with `/`) says, or None where it is not of this form."""
        found = self._regex.fullmatch(path)
        if found is None:
            return None
        fields = found.groupdict()
        try:
            camera = safe_camera(fields["path"])
            written = read_time(fields)
        except (ValueError, OverflowError):
            return None
        return Name(camera, written, self.grain, fields["extension"])

    def levels(self, camera: str) -> tuple["Level", ...]:
        """The folders on the way to the camera's files, and the files, in order.

        Raises `ValueError` for a camera name that could leave the root.
        """
        parts = self.text.replace("%path", safe_camera(camera)).split("/")
        last = len(parts) - 1
        return tuple(Level(part, is_file=i == last) for i, part in enumerate(parts))


@dataclass(frozen=True)
class Level:
    """One part of a camera's path: names of it, and which times they can hold."""

    text: str
    is_file: bool

    @property
    def literal(self) -> bool:
        """Whether there is only one such name: `text`."""
        return "%" not in self.text and not self.is_file

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        ending = _ENDING if self.is_file else ""
        return re.compile(_expression(tuple(_TOKEN.findall(self.text))) + ending, re.ASCII)

    def match(self, name: str, above: dict[str, str]) -> dict[str, str] | None:
        """The fields of `name` with those of the folders above it; None where they do not agree."""
        found = self._regex.fullmatch(name)
        if found is None:
            return None
        fields = found.groupdict()
        if any(fields.get(key, value) != value for key, value in above.items()):
            return None
        return above | fields


def extension_of(path: str | PurePath) -> str:
    """What follows the last dot of a file's name, in lower case: not all recorders write it so."""
    return PurePath(path).suffix[1:].lower()


def bounds(fields: dict[str, str]) -> tuple[datetime, datetime]:
    """The first and last time that names with these fields can say, on their own clock."""
    known = [int(fields[key[1:]]) for key in takewhile(lambda k: k[1:] in fields, _CALENDAR)]
    try:
        year, month, day, hour, minute, second = [*known, *(1, 1, 1, 0, 0, 0)[len(known) :]]
        first = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  # has no zone yet
        year, month, day, hour, minute, second = [*known, *(9999, 12, 1, 23, 59, 59)[len(known) :]]
        if len(known) < 3:
            day = monthrange(year, month)[1]
        return first, datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  # same
    except ValueError:
        return datetime.max, datetime.min  # noqa: DTZ901  # no such day: nothing lies in it


def _expression(tokens: tuple[str, ...]) -> str:
    """A regular expression of `tokens`; a field that comes again must say the same again."""
    seen: set[str] = set()
    out = []
    for part in tokens:
        name = part[1:]
        if not part.startswith("%"):
            out.append(re.escape(part))
        elif name in seen:
            out.append(f"(?P={name})")
        else:
            out.append(f"(?P<{name}>{_FORMS[part]})")
            seen.add(name)
    return "".join(out)


def _written(moment: datetime) -> dict[str, str]:
    offset = moment.utcoffset() or timedelta()
    minutes = abs(offset) // timedelta(minutes=1)
    sign = "-" if offset < timedelta() else "+"
    values = {
        "%Y": moment.year,
        "%m": moment.month,
        "%d": moment.day,
        "%H": moment.hour,
        "%M": moment.minute,
        "%S": moment.second,
        "%f": moment.microsecond,
        "%s": (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1),
    }
    fields = {token: str(value).zfill(_DIGITS[token]) for token, value in values.items()}
    fields["%z"] = f"{sign}{minutes // 60:02d}{minutes % 60:02d}" if offset else "Z"
    return fields


def read_time(fields: dict[str, str]) -> datetime:
    """The start that a name's fields say; raises `ValueError` or `OverflowError` for none."""
    micro = int(fields.get("f", "0"))
    if "s" in fields:
        return datetime.fromtimestamp(int(fields["s"]), UTC).replace(microsecond=micro)
    year, month, day, hour, minute, second = (int(fields[token[1:]]) for token in _CALENDAR)
    zone = timezone(_offset(fields["z"])) if "z" in fields else None
    return datetime(year, month, day, hour, minute, second, micro, tzinfo=zone)


def own_clock(fields: dict[str, str]) -> int:
    """The start that a name's fields say, in nanoseconds since the epoch by the name's own clock.

    That is UTC where the name tells its zone, else the wall of the recorder as if it were UTC.
    Raises `ValueError` for a time that there is not.
    """
    micro = int(fields.get("f", "0"))
    if "s" in fields:
        return int(fields["s"]) * _SECOND + micro * _MICROSECOND
    day = date(int(fields["Y"]), int(fields["m"]), int(fields["d"])).toordinal() - _EPOCH_DAY
    hour, minute, second = int(fields["H"]), int(fields["M"]), int(fields["S"])
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError("there is no such time of day")
    seconds = (day * 24 + hour) * 3600 + minute * 60 + second
    if "z" in fields:
        seconds -= _offset(fields["z"]) // timedelta(seconds=1)
    return seconds * _SECOND + micro * _MICROSECOND


def _offset(zone: str) -> timedelta:
    if zone == "Z":
        return timedelta()
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5]))
    return -offset if zone[0] == "-" else offset
