"""What a page says of a clip: where it stands, what is missing, when. Pure text, not yet escaped."""

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo

from schemas.clip import Gap
from schemas.http import ClipView
from schemas.instant import rfc3339
from schemas.status import Stage

_FAILING = {
    "assigned": "it has no partitions",
    "footage": "the recordings cannot be read",
    "output": "the output folder cannot be written to",
    "room": "too little room is left for clips",
    "statuses": "it still reads where the clips stand",
    "dead_letters": "there are too many dead letters",
}
_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def failing(checks: Mapping[str, bool]) -> str:
    """Which checks of a worker's health fail; empty for none."""
    return ", ".join(_FAILING.get(name, name) for name, good in checks.items() if not good)


def clock(moment: datetime, zone: tzinfo, *, fine: bool = False) -> str:
    """`moment` where the camera is, with its zone; `fine` to the millisecond."""
    local = moment.astimezone(zone)
    thousandths = f".{local.microsecond // 1000:03}" if fine else ""
    return f"{local:%Y-%m-%d %H:%M:%S}{thousandths} {local:%Z}".rstrip()


def utc(moment: datetime) -> str:
    """`moment` as it stands in answers and in logs."""
    return rfc3339(moment)


def state(clip: ClipView) -> str:
    """One word: the outcome while its clip is there, else how far it is."""
    shown = clip.outcome if clip.status is Stage.DONE else None
    return str(shown or clip.status)


def remark(clip: ClipView) -> str:
    """What a reader of the list must know besides the word; empty for a complete clip."""
    if clip.status is Stage.WAITING and clip.waiting_for:
        return f"Waits for {clip.waiting_for} (UTC)."
    if clip.status is Stage.DONE:
        return missing(clip.gaps) or (clip.reason.meaning if clip.reason else "")
    if clip.status is Stage.FAILED and clip.reason:
        return clip.reason.meaning
    return clip.status.meaning


def missing(gaps: Iterable[Gap]) -> str:
    """What is missing of a window, in one sentence; empty for nothing."""
    every = tuple(gaps)
    if not every:
        return ""
    total = sum((gap.end - gap.start for gap in every), timedelta())
    places = f" in {len(every)} places" if len(every) > 1 else ""
    causes = dict.fromkeys(_lowered(gap.cause.meaning) for gap in every)
    return f"{seconds(total.total_seconds())} missing{places}: {'; '.join(causes)}."


def seconds(count: float) -> str:
    """A length of time; what is there is never rounded to nothing."""
    if count < 0.1:
        return f"{count * 1000:.0f} ms"
    if count < 120:
        return f"{count:.1f} s"
    whole = round(count)
    hours, rest = divmod(whole, 3600)
    return f"{hours} h {rest // 60} min" if hours else f"{rest // 60} min {rest % 60} s"


def size(count: float) -> str:
    """A number of bytes, to three digits."""
    unit = 0
    while count >= 1000 and unit < len(_UNITS) - 1:
        count, unit = count / 1000, unit + 1
    return f"{count:.3g} {_UNITS[unit]}" if count < 1000 else f"{count:.0f} {_UNITS[unit]}"


def plain(text: str) -> str:
    """What somebody wrote, with whatever would change the order of reading as an escape."""
    return "".join(char if _shows(char) else ascii(char)[1:-1] for char in text)


def now_utc(at: int) -> str:
    """Nanoseconds since the epoch to the second, as a producer writes it."""
    return f"{datetime.fromtimestamp(at // 1_000_000_000, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _shows(char: str) -> bool:
    return char == "\n" or char.isprintable() or unicodedata.category(char) == "Zs"


def _lowered(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:].rstrip(".")
