"""The commands that the README and docs/*.md give to people."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_PROGRAM = re.compile(
    r"([A-Z_]+=\S+ )*(\S*/)?(make|docker|curl|wget|pip|python3?|chmod|kubectl|apt|apt-get|faust_app\.py)"
    r" .+"
)
_SHELLS = ("sh", "bash", "console")


@dataclass(frozen=True, slots=True)
class Command:
    """One command as it is printed, on one line and without its remark."""

    place: str
    """File and line, for messages."""
    text: str


def commands() -> list[Command]:
    """Every command, in the order of reading: of fenced blocks, and within sentences."""
    return [command for path in documents() for command in _of(path)]


def documents() -> list[Path]:
    """README first."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def _of(path: Path) -> Iterator[Command]:
    text = path.read_text(encoding="utf-8")
    found = [
        (match.start(2), line)
        for match in _FENCE.finditer(text)
        if match[1] in _SHELLS
        for line in _lines(match[2])
    ]
    prose = _FENCE.sub(lambda fence: re.sub(r"[^\n]", " ", fence[0]), text)
    found += [(m.start(), m[1]) for m in _SPAN.finditer(prose) if _PROGRAM.fullmatch(m[1])]
    for start, line in sorted(found, key=lambda item: item[0]):
        yield Command(f"{path.name}:{text.count(chr(10), 0, start) + 1}", line)


def _lines(block: str) -> Iterator[str]:
    """Commands of a block: continued lines joined, remarks and prompts left out."""
    for line in re.sub(r"\\\n\s*", "", block).splitlines():
        bare = re.sub(r"(^|\s+)#.*", "", line.removeprefix("$ ")).strip()
        if bare:
            yield bare
