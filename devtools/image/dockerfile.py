"""What a Dockerfile says of its last stage, and with which command the packages are installed."""

import json
import re
import shlex
from dataclasses import dataclass, field
from typing import Self

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""Of the base image."""


@dataclass
class Recipe:
    """The last stage of a Dockerfile."""

    copies: list[tuple[str, str]] = field(default_factory=list)
    """From the checkout to below the working folder."""
    environment: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    user: str = "0:0"
    start: list[str] = field(default_factory=list)
    """Entry point and its arguments."""
    probe: list[str] = field(default_factory=list)
    """Command of the health check."""

    @classmethod
    def read(cls, text: str) -> Self:
        """Reads a Dockerfile."""
        found = cls()
        last = re.split(r"^FROM .*$", text, flags=re.MULTILINE)[-1]
        for line in last.replace("\\\n", " ").splitlines():
            word, _, rest = line.strip().partition(" ")
            found._take(word, rest.strip())
        return found

    def _take(self, word: str, rest: str) -> None:
        match word:
            case "COPY" if not rest.startswith("--from"):
                source, target = rest.split()
                self.copies.append((source, target))
            case "ENV":
                pairs = (item.partition("=") for item in shlex.split(rest))
                self.environment |= {n: value.replace("$PATH", _PATH) for n, _, value in pairs}
            case "WORKDIR":
                self.folder = rest
            case "USER":
                self.user = rest
            case "ENTRYPOINT":
                self.start = json.loads(rest) + self.start
            case "CMD":
                self.start = self.start + json.loads(rest)
            case "HEALTHCHECK":
                self.probe = json.loads(rest.partition("CMD ")[2])
            case _:
                pass  # labels, packages of Debian, what Docker alone knows
