"""How each camera is recorded: names of its files, their zone, and its detector's clock. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from functools import cached_property

from processors.footage.pattern import Name, Pattern
from schemas.instant import NANOS
from schemas.settings import Footage


@dataclass(frozen=True, slots=True)
class Setup:
    """How a camera is recorded."""

    patterns: tuple[Pattern, ...] = (Pattern(),)
    zone: tzinfo = UTC
    """Of local names, and of incident times that do not tell theirs."""
    clock_offset: int = 0
    """Nanoseconds by which the recorder's clock is ahead of the one that incidents are told by."""


@dataclass(frozen=True)
class Setups:
    """The usual setup, and those of cameras that differ."""

    usual: Setup = field(default_factory=Setup)
    special: Mapping[str, Setup] = field(default_factory=dict)

    def of(self, camera: str) -> Setup:
        """The setup of a camera."""
        return self.special.get(camera, self.usual)

    def decode(self, path: str) -> Name | None:
        """What the name of a file says; None where it is no camera's."""
        for pattern in self._patterns:
            name = pattern.decode(path)
            if name is not None and pattern in self.of(name.camera).patterns:
                return name
        return None

    @cached_property
    def _patterns(self) -> tuple[Pattern, ...]:
        every = (self.usual, *self.special.values())
        return tuple(dict.fromkeys(pattern for setup in every for pattern in setup.patterns))


def read_setups(footage: Footage, zone_of: Callable[[str], tzinfo]) -> Setups:
    """What the settings say; raises `ValueError`, naming the setting, for a bad pattern."""
    usual = Setup(_patterns("pattern", footage.pattern), zone_of(footage.timezone))
    special = {}
    for name, camera in footage.cameras.items():
        own = camera.pattern and _patterns(f"cameras.{name}.pattern", camera.pattern)
        special[name] = Setup(
            own or usual.patterns,
            zone_of(camera.timezone) if camera.timezone else usual.zone,
            round(camera.offset * NANOS),
        )
    return Setups(usual, special)


def _patterns(setting: str, given: str | tuple[str, ...]) -> tuple[Pattern, ...]:
    texts = (given,) if isinstance(given, str) else given
    try:
        return tuple(Pattern(text) for text in texts)
    except ValueError as exc:
        raise ValueError(f"footage.{setting} {exc}") from exc
